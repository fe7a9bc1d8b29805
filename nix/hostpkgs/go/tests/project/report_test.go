package report

import "testing"

func TestLine(t *testing.T) {
	if got := Line("Peter"); got != "Yeah, Peter, I'm gonna need you to come in on Saturday" {
		t.Fatal(got)
	}
}
