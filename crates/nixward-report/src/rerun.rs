//! The command that runs one step again, as a person would type it.

use nixward_core::plan::StepLabel;

/// What is the same in the commands for all steps of a run.
#[derive(Clone, Debug, Default)]
pub struct Rerun {
    /// Words between `nixward` and the verb.
    pub before: Vec<String>,
    /// Words behind the project.
    pub after: Vec<String>,
}

impl Rerun {
    /// The command, quoted for a shell. What belongs to no project is run with all the others.
    pub fn command(&self, label: &StepLabel) -> String {
        let operand = match &label.project {
            Some(project) => operand(project, label),
            None => "--all".to_owned(),
        };
        let words = ["nixward"]
            .into_iter()
            .chain(self.before.iter().map(String::as_str))
            .chain([label.verb.as_str(), &operand])
            .chain(self.after.iter().map(String::as_str));
        shell_words::join(words)
    }
}

/// The project, or the one attribute of its package that was meant and that the verb alone does not say.
fn operand(project: &str, label: &StepLabel) -> String {
    let parts: Vec<&str> = label.attribute.split('.').collect();
    match parts.as_slice() {
        // A quoted name may have dots in it.
        _ if label.attribute.contains('"') => project.to_owned(),
        ["packages", _system, _package, below @ ..]
            if !below.is_empty() && *below != [label.verb.as_str()] =>
        {
            format!("{project}.{}", below.join("."))
        }
        _ => project.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(project: Option<&str>, verb: &str, attribute: &str) -> String {
        let label = StepLabel {
            id: 0,
            project: project.map(str::to_owned),
            verb: verb.to_owned(),
            detail: None,
            attribute: attribute.to_owned(),
        };
        Rerun::default().command(&label)
    }

    #[test]
    fn it_names_what_was_meant() {
        let web = Some("web");
        assert_eq!(
            command(web, "test", "packages.x.web.test"),
            "nixward test web"
        );
        assert_eq!(
            command(web, "test", "packages.x.web.unit"),
            "nixward test web.unit"
        );
        assert_eq!(command(web, "run", "packages.x.web"), "nixward run web");
        assert_eq!(
            command(web, "test", "checks.x.web-unit"),
            "nixward test web"
        );
        assert_eq!(
            command(web, "check", "packages.x.web.tests.unit"),
            "nixward check web.tests.unit"
        );
        assert_eq!(
            command(web, "run", "packages.x.\"we.b\".run"),
            "nixward run web"
        );
        assert_eq!(
            command(None, "check", "checks.x.spelling"),
            "nixward check --all"
        );
        assert_eq!(
            command(Some("a b"), "test", "packages.x.a.test"),
            "nixward test 'a b'"
        );
    }

    #[test]
    fn what_was_given_to_the_run_is_given_again() {
        let rerun = Rerun {
            before: vec!["-C".to_owned(), "my work".to_owned()],
            after: vec![
                "--impure".to_owned(),
                "--".to_owned(),
                "-k".to_owned(),
                "$x".to_owned(),
            ],
        };
        let label = StepLabel {
            id: 0,
            project: Some("web".to_owned()),
            verb: "test".to_owned(),
            detail: None,
            attribute: String::new(),
        };
        assert_eq!(
            rerun.command(&label),
            "nixward -C 'my work' test web --impure -- -k '$x'"
        );
    }
}
