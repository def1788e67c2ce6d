// Command large-orders is a Pulsar function: it hands on the orders that somebody should look at.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strconv"

	"example.org/large-orders/instance"
)

// DefaultThreshold is the amount in euros from which on an order is large, where the stack file doesn't say it.
const DefaultThreshold = 1000

// Order is what the chain's function Enrich makes of an order, as far as it matters here.
type Order struct {
	Order    string `json:"order"`
	Customer string `json:"customer"`
	Euros    string `json:"euros"`
}

// Alert says which order is large.
type Alert struct {
	Order    string `json:"order"`
	Customer string `json:"customer"`
	Euros    string `json:"euros"`
	Over     string `json:"over"`
}

// Large returns an alert for a large order and nothing for another.
//
// What is no order is logged and dropped: with an error it would come again for ever.
// User configuration: threshold, in euros.
func Large(ctx context.Context, in []byte) ([]byte, error) {
	var order Order
	if err := json.Unmarshal(in, &order); err != nil {
		log.Printf("dropped: no JSON: %v", err)
		return nil, nil
	}
	euros, err := strconv.ParseFloat(order.Euros, 64)
	if err != nil {
		log.Printf("dropped: order %q: euros: %v", order.Order, err)
		return nil, nil
	}
	threshold, err := threshold(ctx)
	if err != nil {
		return nil, err
	}
	if !(euros >= threshold) {
		return nil, nil
	}
	return json.Marshal(Alert{order.Order, order.Customer, order.Euros, strconv.FormatFloat(threshold, 'f', -1, 64)})
}

func threshold(ctx context.Context) (float64, error) {
	switch value := instance.UserConfig(ctx, "threshold").(type) {
	case nil:
		return DefaultThreshold, nil
	case float64:
		return value, nil
	default:
		return 0, fmt.Errorf("threshold is %v: write a number of euros", value)
	}
}

func main() {
	instance.Start(Large)
}
