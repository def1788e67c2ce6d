package instance

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protowire"
)

// What the functions worker of Pulsar 4.0 writes, shortened.
const conf = `{"pulsarServiceURL":"pulsar://broker:6650","instanceID":1,"funcID":"f","port":0,"clusterName":"local",
"killAfterIdleMs":0,"tenant":"public","nameSpace":"default","name":"large","processingGuarantees":0,"secretsMap":"",
"userConfig":"{\"threshold\":5}","subscriptionType":0,"subscriptionName":"","subscriptionPosition":1,
"sourceInputSpecs":{"persistent://public/default/orders":"{}"},"sinkSpecsTopic":"alerts","metricsPort":0}`

type inMessage struct {
	pulsar.Message
	payload string
}

func (m inMessage) Payload() []byte      { return []byte(m.payload) }
func (m inMessage) ID() pulsar.MessageID { return nil }
func (m inMessage) Key() string          { return "Mia" }
func (m inMessage) Topic() string        { return "orders" }

type broker struct {
	happened []string
	refuses  error
}

func (b *broker) Ack(pulsar.Message) error { b.happened = append(b.happened, "ack"); return nil }
func (b *broker) Nack(pulsar.Message)      { b.happened = append(b.happened, "nack") }
func (b *broker) SendAsync(_ context.Context, m *pulsar.ProducerMessage, done func(pulsar.MessageID, *pulsar.ProducerMessage, error)) {
	b.happened = append(b.happened, "send "+string(m.Payload)+" for "+m.Key)
	done(nil, m, b.refuses)
}

func shout(_ context.Context, in []byte) ([]byte, error) {
	switch string(in) {
	case "bad":
		return nil, errors.New("bad")
	case "panic":
		panic("at the disco")
	case "quiet":
		return nil, nil
	}
	return []byte(strings.ToUpper(string(in))), nil
}

func TestAMessageIsAcknowledgedWhenNothingOfItCanBeLost(t *testing.T) {
	gone := errors.New("gone")
	for _, c := range []struct {
		name, in, want string
		guarantee      int
		refuses        error
	}{
		{"written", "hi", "send HI for Mia, ack", atLeastOnce, nil},
		{"not written", "hi", "send HI for Mia, nack", atLeastOnce, gone},
		{"nothing to write", "quiet", "ack", atLeastOnce, nil},
		{"an error", "bad", "nack", atLeastOnce, nil},
		{"a panic", "panic", "nack", atLeastOnce, nil},
		{"at most once", "hi", "ack, send HI for Mia", atMostOnce, nil},
		{"at most once, an error", "bad", "ack", atMostOnce, nil},
		{"at most once, not written", "hi", "ack, send HI for Mia", atMostOnce, gone},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &broker{refuses: c.refuses}
			i := instance{config: Config{ProcessingGuarantees: c.guarantee}, function: shout, consumer: b, producer: b, counted: &counts{}}
			i.process(context.Background(), inMessage{payload: c.in})
			if got := strings.Join(b.happened, ", "); got != c.want {
				t.Errorf("got %s; want %s", got, c.want)
			}
		})
	}
}

func TestWhatTheWorkerWritesIsUnderstood(t *testing.T) {
	config, err := Parse(conf)
	if err != nil {
		t.Fatal(err)
	}
	options, err := config.consumer()
	if err != nil {
		t.Fatal(err)
	}
	if options.SubscriptionName != "public/default/large" || options.SubscriptionInitialPosition != pulsar.SubscriptionPositionEarliest ||
		options.Type != pulsar.Shared || len(options.Topics) != 1 || options.Topics[0] != "persistent://public/default/orders" {
		t.Errorf("reads otherwise than asked: %+v", options)
	}
	user, err := config.userConfig()
	if got := UserConfig(WithUserConfig(context.Background(), user), "threshold"); err != nil || got != 5.0 {
		t.Errorf("threshold is %v, %v", got, err)
	}
}

func TestAPatternOfTopicsIsOne(t *testing.T) {
	options, err := Config{Inputs: map[string]string{"persistent://public/default/o.*": `{"isRegexPattern":true}`}}.consumer()
	if err != nil || options.TopicsPattern == "" || options.Topics != nil {
		t.Errorf("%+v, %v", options, err)
	}
}

func TestWhatIsNotDoneIsRefused(t *testing.T) {
	for _, text := range []string{"", "{}", `{"processingGuarantees":2,"sourceInputSpecs":{"a":""}}`, `{"processingGuarantees":3,"sourceInputSpecs":{"a":""}}`} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func ask(t *testing.T, connection *grpc.ClientConn, method string) map[protowire.Number]uint64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	said := message{}
	if err := connection.Invoke(ctx, "/proto.InstanceControl/"+method, &message{}, &said, grpc.ForceCodec(codec{})); err != nil {
		t.Fatal(err)
	}
	found := map[protowire.Number]uint64{}
	for len(said) > 0 {
		field, kind, n := protowire.ConsumeTag(said)
		said = said[n:]
		if kind == protowire.VarintType {
			found[field], _ = protowire.ConsumeVarint(said)
		}
		said = said[protowire.ConsumeFieldValue(field, kind, said):]
	}
	return found
}

func TestTheWorkerIsToldOfHealthAndCounts(t *testing.T) {
	counted := &counts{}
	b := &broker{}
	i := instance{function: shout, consumer: b, producer: b, counted: counted}
	i.process(context.Background(), inMessage{payload: "hi"})
	i.process(context.Background(), inMessage{payload: "bad"})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := control(Config{}, counted)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()

	if ask(t, connection, "HealthCheck")[1] != 1 {
		t.Error("The worker would end a healthy instance.")
	}
	if status := ask(t, connection, "GetFunctionStatus"); status[1] != 1 || status[17] != 2 || status[5] != 1 || status[6] != 1 {
		t.Errorf("status: %v", status)
	}
	if metrics := ask(t, connection, "GetMetrics"); metrics[2] != 2 || metrics[4] != 1 || metrics[6] != 1 {
		t.Errorf("metrics: %v", metrics)
	}
}

func TestPrometheusFindsTheCounters(t *testing.T) {
	answer := httptest.NewRecorder()
	prometheus(Config{Tenant: "public", Namespace: "default", Name: "large"}, &counts{received: 3}).ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if want := `pulsar_function_received_total{tenant="public",namespace="public/default",name="large"`; !strings.Contains(answer.Body.String(), want) {
		t.Error(answer.Body.String())
	}
}
