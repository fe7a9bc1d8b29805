// Package report says who has to come in on Saturday.
package report

import "initech.example/text"

// Line is what to say to somebody.
func Line(name string) string {
	return text.Polite(name) + ", I'm gonna need you to come in on Saturday"
}
