// Package instance runs a function under Pulsar's functions worker.
//
// It keeps the contract of Pulsar's Go runtime: the worker starts the program with -instance-conf and JSON
// (GoInstanceConfig in Pulsar's code), and asks it for its health by gRPC (InstanceCommunication.proto). Functions have
// the form of Pulsar's own SDK for Go, so that one can be had for the other by changing an import.
package instance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/pulsar-client-go/pulsar"
)

// What Pulsar numbers in Function.proto.
const (
	atLeastOnce = 0
	atMostOnce  = 1
	failover    = 1
	keyShared   = 2
	earliest    = 1
)

// Config is what the worker tells an instance, as far as it is heeded.
type Config struct {
	ServiceURL           string            `json:"pulsarServiceURL"`
	Instance             int               `json:"instanceID"`
	Port                 int               `json:"port"`
	MetricsPort          int               `json:"metricsPort"`
	Cluster              string            `json:"clusterName"`
	Tenant               string            `json:"tenant"`
	Namespace            string            `json:"nameSpace"`
	Name                 string            `json:"name"`
	ProcessingGuarantees int               `json:"processingGuarantees"`
	UserConfig           string            `json:"userConfig"`
	SubscriptionType     int               `json:"subscriptionType"`
	SubscriptionName     string            `json:"subscriptionName"`
	SubscriptionPosition int               `json:"subscriptionPosition"`
	Inputs               map[string]string `json:"sourceInputSpecs"`
	Output               string            `json:"sinkSpecsTopic"`
	AuthPlugin           string            `json:"clientAuthenticationPlugin"`
	AuthParameters       string            `json:"clientAuthenticationParameters"`
	TrustedCertificates  string            `json:"tlsTrustCertsFilePath"`
	VerifyHostname       bool              `json:"tlsHostnameVerificationEnable"`
	AllowInsecure        bool              `json:"tlsAllowInsecureConnection"`
}

// Parse reads what the worker wrote behind -instance-conf, and refuses what this runtime doesn't do.
func Parse(text string) (Config, error) {
	var config Config
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return config, fmt.Errorf("-instance-conf is not the JSON of Pulsar's functions worker: %w", err)
	}
	if config.ProcessingGuarantees != atLeastOnce && config.ProcessingGuarantees != atMostOnce {
		return config, errors.New("the processing guarantee is neither at-least-once nor at-most-once: choose one of them")
	}
	if len(config.Inputs) == 0 {
		return config, errors.New("there is no input topic")
	}
	return config, nil
}

func (c Config) fullName() string {
	return c.Tenant + "/" + c.Namespace + "/" + c.Name
}

func (c Config) userConfig() (map[string]any, error) {
	found := map[string]any{}
	if c.UserConfig == "" {
		return found, nil
	}
	return found, json.Unmarshal([]byte(c.UserConfig), &found)
}

func (c Config) client() (pulsar.ClientOptions, error) {
	options := pulsar.ClientOptions{
		URL:                        c.ServiceURL,
		TLSTrustCertsFilePath:      c.TrustedCertificates,
		TLSAllowInsecureConnection: c.AllowInsecure,
		TLSValidateHostname:        c.VerifyHostname,
	}
	var err error
	parameters := c.AuthParameters
	switch {
	case c.AuthPlugin == "":
	case strings.HasPrefix(parameters, "token:"):
		options.Authentication = pulsar.NewAuthenticationToken(strings.TrimPrefix(parameters, "token:"))
	case strings.HasPrefix(parameters, "file:"):
		path := strings.TrimPrefix(strings.TrimPrefix(parameters, "file:"), "//")
		options.Authentication = pulsar.NewAuthenticationTokenFromFile(path)
	default:
		options.Authentication, err = pulsar.NewAuthentication(c.AuthPlugin, parameters)
	}
	return options, err
}

func (c Config) consumer() (pulsar.ConsumerOptions, error) {
	options := pulsar.ConsumerOptions{
		SubscriptionName: c.SubscriptionName,
		Type:             pulsar.Shared,
		Properties:       c.properties(),
	}
	if options.SubscriptionName == "" {
		options.SubscriptionName = c.fullName()
	}
	switch c.SubscriptionType {
	case failover:
		options.Type = pulsar.Failover
	case keyShared:
		options.Type = pulsar.KeyShared
	}
	if c.SubscriptionPosition == earliest {
		options.SubscriptionInitialPosition = pulsar.SubscriptionPositionEarliest
	}
	for topic, text := range c.Inputs {
		var spec struct {
			IsRegexPattern bool `json:"isRegexPattern"`
		}
		if text != "" {
			if err := json.Unmarshal([]byte(text), &spec); err != nil {
				return options, fmt.Errorf("what is said of the input %s: %w", topic, err)
			}
		}
		if spec.IsRegexPattern {
			options.TopicsPattern = topic
		} else {
			options.Topics = append(options.Topics, topic)
		}
	}
	slices.Sort(options.Topics)
	return options, nil
}

func (c Config) properties() map[string]string {
	return map[string]string{
		"application": "pulsar-function",
		"id":          c.fullName(),
		"instance_id": fmt.Sprint(c.Instance),
	}
}

type userConfigKey struct{}

// WithUserConfig is a context with a user configuration, as a function gets it: for tests.
func WithUserConfig(ctx context.Context, config map[string]any) context.Context {
	return context.WithValue(ctx, userConfigKey{}, config)
}

// UserConfig is a value of the stack file's user_config, or nil where the key isn't set.
func UserConfig(ctx context.Context, key string) any {
	config, _ := ctx.Value(userConfigKey{}).(map[string]any)
	return config[key]
}
