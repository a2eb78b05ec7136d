package problem

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestParseComparison(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Comparison{
		"tokens": {Mode: CompareTokens}, "lines": {Mode: CompareLines}, "exact": {Mode: CompareExact}, "caseless": {Mode: CompareCaseless},
		"float": {Mode: CompareFloat, Epsilon: 1e-6}, "float=1e-9": {Mode: CompareFloat, Epsilon: 1e-9},
	} {
		got, err := ParseComparison(text)
		if err != nil || got != want {
			t.Errorf("%q: got %+v, %v; want %+v", text, got, err, want)
		}
		if again, err := ParseComparison(got.String()); err != nil || again != got {
			t.Errorf("%q: its own form %q is read as %+v, %v", text, got.String(), again, err)
		}
	}
	for text, says := range map[string]string{
		"": "not known", "token": "not known", "tokens=1": "takes no value", "float=": "not an error between",
		"float=0": "not an error between", "float=-1": "not an error between", "float=nan": "not an error between", "float=2": "not an error between",
	} {
		if _, err := ParseComparison(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want an error that says %q", text, err, says)
		}
	}
}

func TestTextKeepsEveryByteInJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "plain", "line\nbreak\ttab \"quoted\" \\", "\x00\x7f", "π€😀\u2028", "<&>", "\xff\xfe", "half \xe2\x82", `{"base64":"x"}`} {
		data, err := json.Marshal(Text(s))
		if err != nil {
			t.Fatal(err)
		}
		var back Text
		if err := json.Unmarshal(data, &back); err != nil || string(back) != s {
			t.Errorf("%q became %s and then %q (%v)", s, data, back, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"base64":"!"}`), new(Text)); err == nil {
		t.Error("bad base64 was accepted")
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("\xff text"))
	f.Fuzz(func(t *testing.T, b []byte) {
		data, err := json.Marshal(Text(b))
		if err != nil {
			t.Fatal(err)
		}
		var back Text
		if err := json.Unmarshal(data, &back); err != nil || string(back) != string(b) {
			t.Errorf("%q became %q (%v)", b, back, err)
		}
	})
}

func TestEveryVerdictBlamesEitherTheTestedProgramOrTheSetUp(t *testing.T) {
	t.Parallel()
	for _, v := range []Verdict{WA, PE, RE, TLE, MLE, OLE, CE, BruteFailed, GeneratorFailed, ValidatorRejected, CheckerFailed} {
		if v.Divergence() == v.SetupFailure() {
			t.Errorf("%s: divergence %v, set-up failure %v", v, v.Divergence(), v.SetupFailure())
		}
	}
	if OK.Divergence() || OK.SetupFailure() {
		t.Error("OK blames somebody")
	}
}

func TestLimitsAreFilledFromTheDefaults(t *testing.T) {
	t.Parallel()
	o := Options{Limits: map[Role]Limits{Tested: {Time: time.Second}}}
	if got, want := o.LimitsOf(Tested), (Limits{Time: time.Second, Memory: 256 << 20, Output: 64 << 20}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := o.LimitsOf(Brute); got != DefaultLimits(Brute) || got.Time <= time.Second {
		t.Errorf("the brute force's limits are %+v", got)
	}
}
