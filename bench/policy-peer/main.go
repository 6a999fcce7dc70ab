// Command policypeer measures the API server's own evaluation of an audit policy, so that ours can
// be compared with it on one machine: nanoseconds a request, and how many requests have each level.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"syscall"
	"time"

	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

type input struct {
	Policy   string
	Requests []request
}

type request struct {
	User                                    *string
	Groups                                  []string
	Verb, Path                              string
	IsResource                              bool
	Group, Resource, Subresource, Namespace string
	Name                                    string
}

const rounds, repeats = 5, 10

func main() {
	in, err := read(os.Args[1])
	if err != nil {
		panic(err)
	}
	loaded, err := policy.LoadPolicyFromBytes([]byte(in.Policy))
	if err != nil {
		panic(err)
	}
	evaluator := policy.NewPolicyRuleEvaluator(loaded)
	asked := make([]authorizer.Attributes, len(in.Requests))
	levels := map[string]int{}
	for i, one := range in.Requests {
		asked[i] = attributes(one)
		levels[string(evaluator.EvaluatePolicyRule(asked[i]).Level)]++
	}
	times := make([]float64, rounds)
	for round := range times {
		start := processorTime()
		for range repeats {
			for _, one := range asked {
				if evaluator.EvaluatePolicyRule(one).Level == "" {
					panic("no level")
				}
			}
		}
		times[round] = float64((processorTime() - start).Nanoseconds()) / float64(repeats*len(asked))
	}
	sort.Float64s(times)
	out, err := json.Marshal(map[string]any{"ns": times[rounds/2], "levels": levels})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(out))
}

// processorTime is what this process had of its processors: other work would disturb a clock.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func read(file string) (in input, err error) {
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &in)
	}
	return in, err
}

func attributes(one request) authorizer.Attributes {
	record := authorizer.AttributesRecord{
		Verb: one.Verb, Path: one.Path, ResourceRequest: one.IsResource,
		APIGroup: one.Group, Resource: one.Resource, Subresource: one.Subresource,
		Namespace: one.Namespace, Name: one.Name,
	}
	if one.User != nil {
		record.User = &user.DefaultInfo{Name: *one.User, Groups: one.Groups}
	}
	return record
}
