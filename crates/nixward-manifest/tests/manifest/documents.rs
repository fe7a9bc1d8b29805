//! Manifests made by chance: mostly right, each in one way or another nearly so.

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde_json::{Map, Value, json};

/// Documents that chance might not find.
pub(crate) const CORPUS: &[&str] = &[
    "{}",
    r#"{"workspace":{}}"#,
    r#"{"workspace":{"name":"a","members":["*"],"exclude":[],"default-members":["a"],"flake":".","base":"main"}}"#,
    r#"{"workspace":{"nam":"a"}}"#,
    r#"{"workspace":{"members":"a"}}"#,
    r#"{"workspace":{"members":[[]]}}"#,
    r#"{"workspace":{"members":["a\nb"]}}"#,
    r#"{"workspace":{"name":"a\n"}}"#,
    r#"{"project":{}}"#,
    r#"{"project":{"path":"a"}}"#,
    r#"{"project":{"package":{}}}"#,
    r#"{"project":{"attr":"a","test":{"args":[]},"lint":{}}}"#,
    r#"{"project":{},"workspace":{}}"#,
    r#"{"projects":{"a":{"path":"b","package":{}}}}"#,
    r#"{"projects":{"a":{"plan":{}}}}"#,
    r#"{"projects":{"a":{"Lint":{}}}}"#,
    r#"{"projects":{"a":{"test":{"like":"run"}}}}"#,
    r#"{"projects":{"a":{"lint":{"like":"run"}}}}"#,
    r#"{"projects":{"-a":{}}}"#,
    r#"{"projects":{"a":[]}}"#,
    r#"{"projects":[]}"#,
    r#"{"verbs":{"lint":{}}}"#,
    r#"{"verbs":{"lint":{"like":"test","retries":20}}}"#,
    r#"{"verbs":{"lint":{"like":"test","retries":21}}}"#,
    r#"{"verbs":{"lint":{"like":"test","retries":-1}}}"#,
    r#"{"verbs":{"lint":{"like":"test","weight":100}}}"#,
    r#"{"verbs":{"lint":{"like":"test","weight":101}}}"#,
    r#"{"verbs":{"lint":{"like":"test","weight":0}}}"#,
    r#"{"verbs":{"lint":{"like":"test","timeout":"1m"}}}"#,
    r#"{"verbs":{"lint":{"like":"shell","attr":"a.b"}}}"#,
    r#"{"verbs":{"test":{"like":"test"}}}"#,
    r#"{"verbs":{"test":{"env":{"A":1}}}}"#,
    r#"{"verbs":{"test":{"env":{"1":"a"}}}}"#,
    r#"{"verbs":{"tags":{"like":"run"}}}"#,
    r#"{"verbs":{"package":{"like":"run"}}}"#,
    r#"{"verbs":{"build":{"attr":"a"}}}"#,
    r#"{"hooks":{"pre-commit":{"verbs":["test"],"budget":"10s"},"pre-push":{}}}"#,
    r#"{"hooks":{"pre-commit":{"verbs":["Test"]}}}"#,
    r#"{"hooks":{"commit-msg":{}}}"#,
];

/// The TOML of a document, unless TOML can't say it.
pub(crate) fn toml(document: &Value) -> Option<String> {
    toml::to_string(document).ok()
}

pub(crate) fn document() -> impl Strategy<Value = Value> {
    let root = table(vec![
        ("workspace", workspace().boxed()),
        ("verbs", verbs().boxed()),
        ("projects", projects().boxed()),
        ("hooks", hooks().boxed()),
    ]);
    let member = table(vec![("project", project().boxed())]);
    prop_oneof![6 => root, 2 => member, 1 => any_value()]
}

fn workspace() -> impl Strategy<Value = Value> {
    table(vec![
        ("name", text(&["a", "initech", "a.b-c_D", "-a", ".a", ""])),
        ("members", list(PATHS)),
        ("exclude", list(PATHS)),
        ("default-members", list(&["a", "pc_load-letter", "$(x)"])),
        ("flake", text(PATHS)),
        (
            "base",
            text(&["main", "origin/main", "HEAD~3", "v1.0^{}", "-x", "a b", "ü"]),
        ),
    ])
}

fn verbs() -> impl Strategy<Value = Value> {
    btree_map(
        name(&[
            "run",
            "test",
            "check",
            "build",
            "container",
            "shell",
            "lint",
            "push-img",
            "list",
            "tags",
            "Lint",
            "2fa",
        ]),
        verb(true),
        0..4,
    )
    .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
}

fn projects() -> impl Strategy<Value = Value> {
    btree_map(
        name(&["a", "web", "pc-load-letter", "pc_load_letter", "-x", "a b"]),
        project(),
        0..4,
    )
    .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
}

fn project() -> impl Strategy<Value = Value> {
    table(vec![
        ("path", text(PATHS)),
        ("attr", text(&["a", "2048", "a.b", "a b", "-a"])),
        ("tags", list(&["web", "2026", "-x", ""])),
        ("description", text(&["a", "", "a\nb \"c\"", "a\u{0}"])),
        ("run", verb(false).boxed()),
        ("test", verb(false).boxed()),
        ("container", verb(false).boxed()),
        ("check", verb(false).boxed()),
        ("lint", verb(false).boxed()),
        ("package", any_value().boxed()),
        ("plan", verb(false).boxed()),
    ])
}

fn hooks() -> impl Strategy<Value = Value> {
    let hook = || {
        table(vec![
            ("verbs", list(&["test", "lint", "Lint", "-x"])),
            ("budget", text(DURATIONS)),
        ])
        .boxed()
    };
    table(vec![
        ("pre-commit", hook()),
        ("pre-push", hook()),
        ("commit-msg", hook()),
    ])
}

fn verb(with_like: bool) -> BoxedStrategy<Value> {
    let mut keys = vec![
        (
            "attr",
            text(&["test", "a.b", "a'", "-a", "$(x)", "a..b", "1a"]),
        ),
        ("args", list(&["-q", "", "a b", "\u{0}"])),
        ("env", environment().boxed()),
        (
            "after",
            list(&[
                "db.start",
                "a.test",
                "pc_load-letter.push-img",
                "a.b.test",
                "db",
                "db.Start",
                "-x.test",
            ]),
        ),
        ("pass-env", list(&["A", "_B2", "1A", "A=b", "-x"])),
        ("timeout", text(DURATIONS)),
        ("slow-after", text(DURATIONS)),
        ("grace", text(DURATIONS)),
        (
            "retries",
            prop_oneof![(-2_i64..25).prop_map(|number| json!(number)), any_value()].boxed(),
        ),
        (
            "weight",
            prop_oneof![(-2_i64..110).prop_map(|number| json!(number)), any_value()].boxed(),
        ),
        ("group", text(&["db", "a b", ""])),
        (
            "network",
            prop_oneof![any::<bool>().prop_map(|flag| json!(flag)), any_value()].boxed(),
        ),
        ("cwd", text(&["temp", "copy", "project", "tmp", "Temp"])),
        ("inputs", list(PATHS)),
        ("artifacts", list(PATHS)),
        ("sandbox", text(&["host", "strict", "off", "on"])),
        ("cache", text(&["off", "auto", "always", "never"])),
        ("publish", list(PORTS)),
        ("registry", text(REGISTRIES)),
    ];
    if with_like {
        keys.push((
            "like",
            text(&[
                "test",
                "run",
                "check",
                "build",
                "container",
                "shell",
                "lint",
            ]),
        ));
    }
    // Few keys at a time: with all of them nothing would ever be right.
    let keys = proptest::sample::subsequence(keys, 0..4);
    let like = prop_oneof![
        3 => select(&["test", "run", "check", "build", "container", "shell"][..]).prop_map(Some),
        2 => Just(None),
    ];
    (keys, like)
        .prop_flat_map(move |(keys, like)| {
            table(keys).prop_map(move |mut value| {
                if let (Some(like), Value::Object(table)) = (like.filter(|_| with_like), &mut value)
                {
                    table.insert("like".to_owned(), json!(like));
                }
                value
            })
        })
        .boxed()
}

fn environment() -> impl Strategy<Value = Value> {
    btree_map(
        name(&["A", "B_2", "_", "1A", "A B", ""]),
        prop_oneof![8 => text(&["", "x", "a\u{0}"]), 1 => any_value()],
        0..3,
    )
    .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
}

const PATHS: &[&str] = &[
    "a",
    "packages/*",
    ".",
    "./a/",
    "a/{b,c}",
    "..",
    "/a",
    "a/../b",
    "",
    "a\\b",
    "[",
    "...",
    "a..b",
    "-x",
    "ü",
];

const DURATIONS: &[&str] = &[
    "1s",
    "10m",
    "1h30m",
    "250ms",
    "0h1ms",
    "0s",
    "",
    "10",
    "1m1h",
    "1.5h",
    "1234567890s",
    " 1s",
    "1S",
    "1hm",
];

const PORTS: &[&str] = &[
    "8080:80",
    "1.2.3.4:1:2",
    "[::1]:1:2/udp",
    "65535:65535/tcp",
    "65536:1",
    "0:1",
    "01:1",
    "256.0.0.1:1:1",
    "[:::]:1:1",
    "[]:1:1",
    "1",
    "1:2/sctp",
];

const REGISTRIES: &[&str] = &[
    "example.com",
    "localhost:5000/a",
    "a/b__c/d-e.f",
    "A.b",
    "a/B",
    "https://a",
    "a/",
    "-a",
    "a:0",
    "a:65536",
    "a..b",
    "a/b___c",
    "a/b--c",
    "a--b.c",
];

/// One of some texts, sometimes any text, sometimes no text.
fn text(texts: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop_oneof![
        16 => select(texts).prop_map(|text| json!(text)),
        1 => "[a-z0-9:./_ \\-\\[\\]hms]{0,12}".prop_map(Value::String),
        1 => any::<String>().prop_map(Value::String),
        1 => any_value(),
    ]
    .boxed()
}

fn list(texts: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop_oneof![12 => vec(text(texts), 0..3).prop_map(Value::Array), 1 => any_value()].boxed()
}

fn name(names: &'static [&'static str]) -> BoxedStrategy<String> {
    prop_oneof![20 => select(names).prop_map(str::to_owned), 1 => "[a-zA-Z0-9_.-]{0,5}", 1 => any::<String>()].boxed()
}

/// Some of these keys, seldom another one, seldom no table at all.
fn table(keys: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Value> {
    let known: Vec<_> = keys
        .into_iter()
        .map(|(key, value)| {
            proptest::option::weighted(0.4, value).prop_map(move |value| (key, value))
        })
        .collect();
    let other = proptest::option::weighted(0.05, ("[a-z-]{1,10}", any_value()));
    let right = (known, other).prop_map(|(known, other)| {
        let mut table: Map<String, Value> = known
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect();
        table.extend(other);
        Value::Object(table)
    });
    prop_oneof![20 => right, 1 => any_value()]
}

/// Anything that TOML and JSON both have. No floats: `3.0` is an integer to JSON and none to TOML.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(|flag| json!(flag)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::String),
        Just(json!(1.5)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            btree_map("[a-z]{0,3}", inner, 0..3)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
