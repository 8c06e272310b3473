// Prints what Go's text/template makes of each case in cases.json, as JSON lines of golden.json.
// Run by hand after a change to the cases: go run renderer/testdata/golden/main.go
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/template"
)

type pair struct {
	Template string  `json:"template"`
	Output   *string `json:"output"`
}

// The functions of services.yaml, as the first implementation of the contract had them.
var functions = template.FuncMap{
	"default": func(value, fallback any) any {
		if text, ok := value.(string); ok {
			if strings.TrimSpace(text) == "" {
				return fallback
			}
			return value
		}
		if truth, _ := template.IsTrue(value); !truth {
			return fallback
		}
		return value
	},
	"envOr": func(key, fallback string) any {
		value := context()["Vars"].(map[string]any)[key]
		if text, ok := value.(string); ok && strings.TrimSpace(text) == "" {
			return fallback
		}
		return value
	},
	"ternary": func(condition bool, a, b any) any {
		if condition {
			return a
		}
		return b
	},
	"join": func(list []any, separator string) string {
		parts := make([]string, len(list))
		for i, item := range list {
			parts[i] = fmt.Sprint(item)
		}
		return strings.Join(parts, separator)
	},
	"trimPrefix": strings.TrimPrefix,
	"toLower":    strings.ToLower,
	"quote": func(values ...any) string {
		parts := make([]string, len(values))
		for i, value := range values {
			parts[i] = fmt.Sprintf("%q", fmt.Sprint(value))
		}
		return strings.Join(parts, " ")
	},
}

func main() {
	_, self, _, _ := runtime.Caller(0)
	folder := filepath.Dir(self)
	raw, err := os.ReadFile(filepath.Join(folder, "cases.json"))
	check(err)
	var cases []string
	check(json.Unmarshal(raw, &cases))
	var out strings.Builder
	out.WriteString("[\n")
	for i, text := range cases {
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		check(encoder.Encode(pair{text, execute(text)}))
		if i < len(cases)-1 {
			trimmed := strings.TrimSuffix(out.String(), "\n")
			out.Reset()
			out.WriteString(trimmed + ",\n")
		}
	}
	out.WriteString("]\n")
	check(os.WriteFile(filepath.Join(folder, "golden.json"), []byte(out.String()), 0o644))
}

func context() map[string]any {
	return map[string]any{
		"Project": "shop", "Env": "dev", "Slot": 3, "Namespace": "shop-dev-3",
		"Vars": map[string]any{
			"name": "Web", "blank": " ", "empty": "", "on": true, "off": false, "count": 2, "zero": 0,
			"ratio": 0.5, "whole": 2.0, "big": 1e21, "tiny": 1e-7, "thousand": 1000000.0, "third": 1.0 / 3.0,
			"inf": math.Inf(1), "text": "a \"b\" <c> & 'd'\n\tü€😀",
		},
		"Versions": map[string]any{"web": "v1.2.3", "api": "0.9.0"},
		"List":     []any{"a", "b", 3, true},
		"Empty":    []any{},
		"Map":      map[string]any{"b": 2, "a": 1, "ü": 3, "Z": map[string]any{"deep": "x"}},
		"Nil":      nil,
	}
}

func execute(text string) *string {
	parsed, err := template.New("case").Option("missingkey=error").Funcs(functions).Parse(text)
	if err != nil {
		return nil
	}
	var out strings.Builder
	if err := parsed.Execute(&out, context()); err != nil {
		return nil
	}
	result := out.String()
	return &result
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
