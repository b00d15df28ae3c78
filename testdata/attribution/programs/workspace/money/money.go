// Package money has amounts with a currency.
package money

import (
	"fmt"
	"math/big"
	"strings"
)

// Amount is in hundredths.
type Amount struct {
	Cents    int64
	Currency string
}

// Add adds.
func (a Amount) Add(b Amount) (*Amount, error) {
	if a.Currency != b.Currency {
		return nil, &mismatch{a.Currency, b.Currency} // reason: interface_boxing returned_pointer
	}
	return &Amount{a.Cents + b.Cents, a.Currency}, nil // reason: returned_pointer
}

// String writes `12.34 EUR`.
func (a Amount) String() string {
	return fmt.Sprintf("%d.%02d %s", a.Cents/100, a.Cents%100, a.Currency) // reason: formatting interface_boxing variadic_slice
}

// Share splits an amount by weights.
func (a Amount) Share(weights ...int64) []Amount {
	total := new(big.Int)
	for _, weight := range weights {
		total.Add(total, big.NewInt(weight)) // reason: library returned_pointer
	}
	parts := make([]Amount, len(weights)) // reason: unknown_size
	for i, weight := range weights {
		part := new(big.Int).Mul(big.NewInt(a.Cents), big.NewInt(weight)) // reason: library returned_pointer
		parts[i] = Amount{part.Div(part, total).Int64(), a.Currency}      // reason: library
	}
	return parts
}

// Parse reads what String writes.
func Parse(text string) (amount Amount, err error) {
	number, currency, found := strings.Cut(text, " ")
	if !found {
		return amount, fmt.Errorf("money %q: no currency", text) // reason: error_value interface_boxing
	}
	var whole, cents int64                                                 // reason: interface_boxing leaking_callee
	if _, err := fmt.Sscanf(number, "%d.%d", &whole, &cents); err != nil { // reason: formatting leaking_callee
		return amount, err
	}
	return Amount{whole*100 + cents, currency}, nil
}

type mismatch struct{ a, b string }

func (m *mismatch) Error() string { return m.a + " and " + m.b } // reason: concatenation
