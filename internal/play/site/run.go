package site

// Run is a run folder in the page, which opens it at its start. With its text the training can go on there.
type Run struct {
	Name     string            `json:"name"`     // shown
	Files    map[string][]byte `json:"files"`    // of the folder, by name; JSON has them in base64
	Text     string            `json:"text"`     // that it was trained on; "" if that is built in or not at hand
	TextName string            `json:"textName"` // of the file
}
