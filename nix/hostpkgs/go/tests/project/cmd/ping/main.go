// Looks up a name, for which Go uses the C library where it may.
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	addresses, err := net.LookupHost("127.0.0.1")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(addresses[0])
}
