{ first ? "nothing" }: "sees ${first}"
