// Files that the reader keeps.

// save hands a Blob to the browser as a file.
function save(blob, fileName) {
  const link = element("a", { href: URL.createObjectURL(blob), download: fileName });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// bytesOf returns the bytes of a text in base64.
function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// copyText puts a text on the clipboard and returns whether it is there; where the browser refuses, the text is selected in `source`.
async function copyText(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (source) getSelection().selectAllChildren(source);
    return false;
  }
}
