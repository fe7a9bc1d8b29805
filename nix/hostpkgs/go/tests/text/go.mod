module initech.example/text

go 1.19
