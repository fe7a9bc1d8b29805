// Package text has manners.
package text

// Polite addresses somebody.
func Polite(name string) string {
	return "Yeah, " + name
}
