//go:build !saturday

package main

const edition = "weekday"
