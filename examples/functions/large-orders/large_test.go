package main

import (
	"context"
	"testing"

	"example.org/large-orders/instance"
)

func TestAnOrderFromTheThresholdOnIsAnAlert(t *testing.T) {
	cases := []struct {
		name, in, want string
		config         map[string]any
	}{
		{"large", `{"order":"A-1","customer":"Mia","euros":"1000.00"}`, `{"order":"A-1","customer":"Mia","euros":"1000.00","over":"1000"}`, nil},
		{"small", `{"order":"A-1","customer":"Mia","euros":"999.99"}`, ``, nil},
		{"lower threshold", `{"order":"A-1","customer":"Mia","euros":"10"}`, `{"order":"A-1","customer":"Mia","euros":"10","over":"9.5"}`, map[string]any{"threshold": 9.5}},
		{"no JSON", `A-1,Mia,10`, ``, nil},
		{"no amount", `{"order":"A-1"}`, ``, nil},
		{"no number", `{"order":"A-1","euros":"NaN"}`, ``, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out, err := Large(instance.WithUserConfig(context.Background(), c.config), []byte(c.in))
			if err != nil || string(out) != c.want {
				t.Errorf("got %q, %v; want %q", out, err, c.want)
			}
		})
	}
}

func TestAThresholdThatIsNoNumberIsSaid(t *testing.T) {
	ctx := instance.WithUserConfig(context.Background(), map[string]any{"threshold": "much"})
	if _, err := Large(ctx, []byte(`{"euros":"1"}`)); err == nil {
		t.Error("An order passed that nobody could judge.")
	}
}
