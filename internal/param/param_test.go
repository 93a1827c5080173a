package param

import (
	"slices"
	"testing"
)

func TestSetKeepsOrderNamesAndCount(t *testing.T) {
	var s Set
	if s.Count() != 0 || s.Get("a") != nil || len(s.All()) != 0 {
		t.Error("the zero value is not empty")
	}
	b, a := s.Add("b", 3, 5), s.Add("a", 7)
	if !slices.Equal(s.All(), []*Param{b, a}) || s.Get("a") != a || s.Get("b") != b || s.Get("c") != nil {
		t.Errorf("set %v", s.All())
	}
	if len(b.Data) != 15 || len(a.Data) != 7 || s.Count() != 22 {
		t.Errorf("%d and %d numbers, %d in all", len(b.Data), len(a.Data), s.Count())
	}
	if !b.IsMatrix() || a.IsMatrix() {
		t.Error("b is a matrix and a is not")
	}
	defer func() {
		if recover() == nil {
			t.Error("a name taken twice does not panic")
		}
	}()
	s.Add("a", 2)
}
