//! Names.

use nixward_core::{
    attribute::Attribute,
    names::{NameIndex, fold, nearest},
    selection_request::Operand,
    store_path::derivation_name,
};
use proptest::prelude::*;

use crate::arbitrary::{name, written};

proptest! {
    #[test]
    fn a_folded_name_stays_as_it_is(text in any::<String>()) {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn a_name_that_is_there_is_found(names in prop::collection::vec(name(), 1..6), index in any::<prop::sample::Index>()) {
        let wanted = index.get(&names);
        let index = NameIndex::new(names.iter().map(String::as_str));
        prop_assert_eq!(index.find(wanted), Some(wanted.as_str()));
    }

    #[test]
    fn what_is_found_is_the_same_but_for_dashes(wanted in written(), names in prop::collection::vec(name(), 0..6)) {
        if let Some(found) = NameIndex::new(names.iter().map(String::as_str)).find(&wanted) {
            prop_assert_eq!(fold(found), fold(&wanted));
        }
    }

    #[test]
    fn the_nearest_are_at_most_three_of_those_there_are(wrong in any::<String>(), names in prop::collection::vec(name(), 0..8)) {
        let nearest = nearest(&wrong, names.iter().map(String::as_str));
        prop_assert!(nearest.len() <= 3);
        prop_assert!(nearest.iter().all(|near| names.contains(near)));
        let mut once = nearest.clone();
        once.dedup();
        prop_assert_eq!(once, nearest);
    }

    #[test]
    fn one_wrong_letter_is_forgiven(name in "[a-z]{4,12}", at in 0_usize..4, letter in "[a-z]") {
        let mut wrong = name.clone();
        wrong.replace_range(at..=at, &letter);
        prop_assert_eq!(nearest(&wrong, [name.as_str()]), [name]);
    }

    #[test]
    fn every_reading_of_an_operand_is_all_of_it(text in written()) {
        for (name, attribute) in Operand::readings(&text) {
            let whole = match attribute {
                Some(attribute) => format!("{name}.{}", attribute.names().join(".")),
                None => name.to_owned(),
            };
            prop_assert_eq!(&whole, &text);
        }
    }

    #[test]
    fn an_attribute_is_written_so_that_nix_reads_the_same_names(names in prop::collection::vec("[^\0]{1,8}", 1..4)) {
        let text = Attribute::new(names.clone()).to_string();
        prop_assert_eq!(read(&text), names);
    }

    #[test]
    fn the_name_of_a_derivation_is_a_part_of_its_path(path in any::<String>()) {
        prop_assert!(path.contains(derivation_name(&path)));
    }
}

/// Reads attribute names as Nix does: separated by dots, with or without quotes.
fn read(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut characters = text.chars();
    let mut is_quoted = false;
    while let Some(character) = characters.next() {
        let last = names.last_mut().expect("there is one");
        match character {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => last.extend(characters.next()),
            '.' if !is_quoted => names.push(String::new()),
            other => last.push(other),
        }
    }
    names
}
