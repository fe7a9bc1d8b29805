{ word }: "plain ${word}"
