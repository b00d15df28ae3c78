// Orders are kept by pointers, one object each.
package main

import "example.com/pairs/load"

type order struct {
	id, quantity int
	price        float64
	flags        [5]uint32
}

var kept [8][]*order

func handle(i int) {
	orders := make([]*order, 0, 64)
	for n := 0; n < 64; n++ {
		orders = append(orders, &order{id: i, quantity: n, price: float64(n) / 2}) // fixed
	}
	kept[i%8] = orders
}

func main() {
	load.Run(300_000, handle)
}
