package main

import (
	"fmt"

	"initech.example/report"
)

var version = "unknown"

func main() {
	fmt.Println(report.Line("Peter"), version, edition)
}
