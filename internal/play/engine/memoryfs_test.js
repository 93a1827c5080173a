// Tests of memoryfs.js: node memoryfs_test.js PATH-OF-memoryfs.js
"use strict";
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const vm = require("node:vm");

const world = vm.createContext({ TextDecoder, console });
vm.runInContext(readFileSync(process.argv[2], "utf8"), world);
const { fs } = world;
const { O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY } = fs.constants;

// call returns the result of an operation, or throws the error of its callback.
const call = (name, ...args) => {
  let answer;
  fs[name](...args, (err, result) => (answer = { err, result }));
  if (answer.err) throw answer.err;
  return answer.result;
};
const fails = (code, name, ...args) => assert.throws(() => call(name, ...args), { code }, `${name} ${args}`);
const bytes = (text) => new TextEncoder().encode(text);
const write = (path, text, flags = O_WRONLY | O_CREAT | O_TRUNC) => {
  const fd = call("open", path, flags, 0o666);
  call("write", fd, bytes(text), 0, text.length, null);
  call("close", fd);
};
const read = (path) => {
  const fd = call("open", path, 0, 0), buffer = new Uint8Array(1000);
  const n = call("read", fd, buffer, 0, 1000, null);
  call("close", fd);
  return new TextDecoder().decode(buffer.subarray(0, n));
};
const list = (path) => [...call("readdir", path)].sort();

// Directories.
call("mkdir", "/tmp/a", 0o755);
fails("EEXIST", "mkdir", "/tmp/a", 0o755);
fails("ENOENT", "mkdir", "/tmp/none/b", 0o755);
call("mkdir", "/tmp/a/b", 0o755);
assert.deepStrictEqual(list("/tmp"), ["a"]);
assert.deepStrictEqual(list("/tmp/a/../a/./"), ["b"]);
fails("ENOTEMPTY", "rmdir", "/tmp/a");
assert.ok(call("stat", "/tmp/a").isDirectory());
assert.strictEqual(call("stat", "/").mode & 0o170000, 0o040000);

// Files.
write("/tmp/a/x", "lions");
assert.strictEqual(read("/tmp/a/x"), "lions");
write("/tmp/a/x", " run", O_WRONLY | O_APPEND);
assert.strictEqual(read("/tmp/a/x"), "lions run");
write("/tmp/a/x", "L", O_WRONLY);
assert.strictEqual(read("/tmp/a/x"), "Lions run");
assert.strictEqual(call("stat", "/tmp/a/x").size, 9);
fails("EEXIST", "open", "/tmp/a/x", O_WRONLY | O_CREAT | O_EXCL, 0o666);
fails("ENOENT", "open", "/tmp/a/none", 0, 0);
fails("ENOTDIR", "open", "/tmp/a/x/y", O_WRONLY | O_CREAT, 0o666);
fails("ENOTDIR", "open", "/tmp/a/x", O_DIRECTORY, 0);
fails("EISDIR", "open", "/tmp/a", O_WRONLY, 0);
fails("ENOTDIR", "readdir", "/tmp/a/x");
fails("EINVAL", "readlink", "/tmp/a/x");
fails("EISDIR", "unlink", "/tmp/a");
fails("EBADF", "fstat", 99);
const fd = call("open", "/tmp/a/x", O_RDWR, 0);
call("ftruncate", fd, 5);
call("write", fd, bytes("!"), 0, 1, 7);
assert.strictEqual(read("/tmp/a/x"), "Lions\0\0!");
call("ftruncate", fd, 2);
call("ftruncate", fd, 4);
assert.strictEqual(read("/tmp/a/x"), "Li\0\0"); // what was there is not seen again
call("fchmod", fd, 0o600);
assert.strictEqual(call("fstat", fd).mode, 0o100600);
fails("EBADF", "write", call("open", "/tmp/a/x", 0, 0), bytes("x"), 0, 1, null);

// Links and renames.
call("link", "/tmp/a/x", "/tmp/a/y");
fails("EEXIST", "link", "/tmp/a/x", "/tmp/a/y");
assert.strictEqual(call("stat", "/tmp/a/x").ino, call("stat", "/tmp/a/y").ino);
assert.strictEqual(call("stat", "/tmp/a/x").nlink, 2);
call("unlink", "/tmp/a/y");
write("/tmp/a/y", "other");
call("rename", "/tmp/a/y", "/tmp/a/x");
assert.strictEqual(read("/tmp/a/x"), "other");
assert.strictEqual(call("fstat", fd).size, 4, "an open file stays after it was replaced");
call("close", fd);
fails("EBADF", "close", fd);
write("/tmp/a/b/z", "deep");
call("rename", "/tmp/a", "/tmp/c");
assert.deepStrictEqual([list("/tmp"), list("/tmp/c"), read("/tmp/c/b/z")], [["c"], ["b", "x"], "deep"]);
fails("EINVAL", "rename", "/tmp/c", "/tmp/c/b/c");
call("mkdir", "/tmp/d", 0o755);
call("rename", "/tmp/c", "/tmp/d"); // an empty directory is replaced
call("mkdir", "/tmp/e", 0o755);
fails("ENOTEMPTY", "rename", "/tmp/e", "/tmp/d");
fails("EISDIR", "rename", "/tmp/d/x", "/tmp/e");
fails("ENOTDIR", "rename", "/tmp/e", "/tmp/d/x");
write("/tmp/ab", "prefix"); // is not in /tmp/a
call("mkdir", "/tmp/a", 0o755);
call("rename", "/tmp/a", "/tmp/f");
assert.strictEqual(read("/tmp/ab"), "prefix");

// More than the largest size is refused, and removed files leave space.
const large = new Uint8Array(2 ** 26);
const fill = () => {
  const big = call("open", "/tmp/big", O_WRONLY | O_CREAT, 0o666);
  try {
    for (let i = 0; i < 100; i++) call("write", big, large, 0, large.length, null);
  } finally {
    call("close", big);
  }
};
assert.throws(fill, { code: "ENOSPC" });
const size = call("stat", "/tmp/big").size;
assert.ok(size >= 2 ** 28);
call("unlink", "/tmp/big");
assert.throws(fill, { code: "ENOSPC" });
assert.strictEqual(call("stat", "/tmp/big").size, size);
console.log("passed");
