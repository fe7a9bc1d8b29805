//! Whatever stands in a manifest, it is read without a panic, and what is wrong in it has a place in it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (workspace, mut diagnostics) = nixward_manifest::parse(text);
    let (_project, of_member) = nixward_manifest::parse_member(text, &workspace);
    diagnostics.extend(of_member);
    for diagnostic in diagnostics {
        assert!(!diagnostic.message.is_empty());
        let span = diagnostic.span;
        assert!(span.start <= span.end && span.end <= text.len(), "{span:?}");
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
    }
    let _is_member: bool = nixward_manifest::is_member(text);
});
