package render

// A panel is a run of consecutive key columns that share one width of paper.
type panel struct {
	from, to int   // keys from <= key < to
	columns  []int // width of each, without the blank before it
}

const (
	widestColumn = 10
	widestLabel  = 16
)

// fold lays out key columns whose words have the given widths in panels of at
// most space columns, a blank before each column included. All columns are as
// wide as the widest word where that fits, else each as wide as its own word
// as far as the space goes, never below cellWidth; where even so they do not
// fit, they are shared out evenly over as few panels as will do.
func fold(words []int, space int) []panel {
	each := max(1, space/(cellWidth+1)) // columns that fit at their narrowest
	count := (len(words) + each - 1) / each
	panels := make([]panel, 0, count)
	from := 0
	for i := range count {
		left := count - i
		to := from + (len(words)-from+left-1)/left
		panels = append(panels, panel{from, to, columnWidths(words[from:to], space)})
		from = to
	}
	return panels
}

// columnWidths shares the space between the columns of one panel.
func columnWidths(words []int, space int) []int {
	widest := cellWidth
	for _, w := range words {
		widest = max(widest, min(w, widestColumn))
	}
	widths := make([]int, len(words))
	if len(words)*(widest+1) <= space {
		for i := range widths {
			widths[i] = widest
		}
		return widths
	}
	// The largest limit under which the words, cut to it, still fit.
	for limit := widest; limit >= cellWidth; limit-- {
		total := 0
		for i, w := range words {
			widths[i] = max(cellWidth, min(w, limit))
			total += widths[i] + 1
		}
		if total <= space {
			break
		}
	}
	return widths
}
