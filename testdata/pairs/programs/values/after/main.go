// Orders are kept in one buffer of values that is reused.
package main

import "example.com/pairs/load"

type order struct {
	id, quantity int
	price        float64
	flags        [5]uint32
}

var (
	kept   [8][]*order
	values [8][64]order
)

func handle(i int) {
	orders := make([]*order, 0, 64)
	for n := 0; n < 64; n++ {
		values[i%8][n] = order{id: i, quantity: n, price: float64(n) / 2}
		orders = append(orders, &values[i%8][n])
	}
	kept[i%8] = orders
}

func main() {
	load.Run(300_000, handle)
}
