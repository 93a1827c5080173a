package render

import "testing"

func TestNumber(t *testing.T) {
	for weight, want := range map[float64]string{0: ".00", 0.004: ".00", 0.006: ".01", 0.48: ".48", 0.994: ".99", 0.996: "1.0", 1: "1.0", 1.00001: "1.0"} {
		if got := Number(weight); got != want {
			t.Errorf("number(%v) = %q, want %q", weight, got, want)
		}
	}
}

func TestSignedNumber(t *testing.T) {
	for d, want := range map[float64]string{0: ".00", 0.004: ".00", -0.004: ".00", 0.005: "+.01", -0.07: "-.07", 0.48: "+.48", 0.996: "+1.0", -1: "-1.0", -1.000001: "-1.0"} {
		if got := SignedNumber(d); got != want {
			t.Errorf("signedNumber(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestSignificant(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 1: "1", 0.98311: "0.983", -4.9149: "-4.91", 12.06: "12.1", 123456: "123000",
		0.000102: "0.000102", 3.04e-5: "3.04e-05", 2.5e7: "2.5e+07", 1e-9: "1e-09", -0.5: "-0.5"} {
		if got := Significant(x); got != want {
			t.Errorf("%g prints as %s, want %s", x, got, want)
		}
	}
}
