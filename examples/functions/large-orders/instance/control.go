package instance

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
)

// counts is what the worker is told when it asks.
type counts struct {
	sync.Mutex
	received, succeeded, userErrors, systemErrors int64
	last                                          time.Time
	lastError                                     string
}

func (c *counts) status(config Config) message {
	c.Lock()
	defer c.Unlock()
	m := message{}.number(1, 1).number(5, c.succeeded).number(6, c.userErrors).number(8, c.systemErrors)
	if c.lastError != "" {
		m = m.text(7, string(message{}.text(1, c.lastError).number(2, c.last.UnixMilli())))
	}
	if !c.last.IsZero() {
		m = m.number(13, c.last.UnixMilli())
	}
	return m.text(14, fmt.Sprint(config.Instance)).number(17, c.received)
}

func (c *counts) metrics() message {
	c.Lock()
	defer c.Unlock()
	return message{}.number(2, c.received).number(4, c.succeeded).number(5, c.systemErrors).number(6, c.userErrors)
}

// message is one of protocol buffers, as bytes: the handful of fields here need no generated code.
type message []byte

func (m message) number(field protowire.Number, value int64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(value))
}

func (m message) text(field protowire.Number, value string) message {
	return protowire.AppendString(protowire.AppendTag(m, field, protowire.BytesType), value)
}

type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(value any) ([]byte, error) { return *value.(*message), nil }

func (codec) Unmarshal(data []byte, value any) error {
	*value.(*message) = append(message{}, data...)
	return nil
}

// control is the service proto.InstanceControl of Pulsar's InstanceCommunication.proto.
func control(config Config, counted *counts) *grpc.Server {
	answers := map[string]func() message{
		"GetFunctionStatus":  func() message { return counted.status(config) },
		"GetMetrics":         counted.metrics,
		"GetAndResetMetrics": counted.metrics,
		"ResetMetrics":       func() message { return message{} },
		"HealthCheck":        func() message { return message{}.number(1, 1) },
	}
	service := grpc.ServiceDesc{ServiceName: "proto.InstanceControl", HandlerType: (*any)(nil)}
	for name, answer := range answers {
		handle := func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			if err := decode(&message{}); err != nil {
				return nil, err
			}
			said := answer()
			return &said, nil
		}
		service.Methods = append(service.Methods, grpc.MethodDesc{MethodName: name, Handler: handle})
	}
	server := grpc.NewServer(grpc.ForceServerCodec(codec{}))
	server.RegisterService(&service, struct{}{})
	return server
}

// prometheus answers with the counters by the names that Pulsar's other runtimes give them.
func prometheus(config Config, counted *counts) http.Handler {
	labels := fmt.Sprintf(`{tenant=%q,namespace=%q,name=%q,instance_id="%d",cluster=%q,fqfn=%q}`, config.Tenant,
		config.Tenant+"/"+config.Namespace, config.Name, config.Instance, config.Cluster, config.fullName())
	return http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		counted.Lock()
		defer counted.Unlock()
		for name, value := range map[string]int64{
			"received":               counted.received,
			"processed_successfully": counted.succeeded,
			"user_exceptions":        counted.userErrors,
			"system_exceptions":      counted.systemErrors,
		} {
			fmt.Fprintf(answer, "# TYPE pulsar_function_%s_total counter\npulsar_function_%s_total%s %d\n", name, name, labels, value)
		}
	})
}
