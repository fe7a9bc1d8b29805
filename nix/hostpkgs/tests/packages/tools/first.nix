{ word }: "first ${word}"
