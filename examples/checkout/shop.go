package main

import (
	"strconv"
	"sync"
)

// shop is what the garbage collector has to mark.
type shop struct {
	products []*product
	seen     sync.Map
}

type product struct {
	name    string
	price   int
	similar *product
}

func newShop(count int) *shop {
	shop := &shop{products: make([]*product, count)}
	for i := range shop.products {
		shop.products[i] = &product{name: "product " + strconv.Itoa(i), price: i % 997}
	}
	for i, product := range shop.products {
		product.similar = shop.products[(i*7919+13)%count]
	}
	return shop
}

func (s *shop) cart(request int) []*product {
	cart := make([]*product, 0, 60)
	for i := range 60 {
		cart = append(cart, s.products[(request*31+i)%len(s.products)])
	}
	return cart
}
