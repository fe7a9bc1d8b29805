{ word, suffix ? import ./suffix.nix }: "deeper ${word}${suffix}"
