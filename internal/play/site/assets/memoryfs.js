// A file system in memory for a Go program in a Worker: globalThis.fs, globalThis.process and globalThis.path as package syscall of
// Go for GOOS=js uses them. It is loaded with wasm_exec.js, before the program starts. Callbacks are called at once.
//
// All of it is one Map of absolute paths. A file may have several paths (links); nothing is kept after the Worker ends.
"use strict";

(() => {
  const most = 2 ** 29; // bytes of all files; more is ENOSPC
  const directory = 0o040000, regular = 0o100000;
  const constants = {
    O_WRONLY: 1, O_RDWR: 2, O_CREAT: 0o100, O_EXCL: 0o200, O_TRUNC: 0o1000, O_APPEND: 0o2000, O_DIRECTORY: 0o200000,
  };
  const nodes = new Map(); // path -> node
  const open = new Map(); // file descriptor -> {node, path, position, flags}
  let inode = 0, used = 0, next = 3, umask = 0o022;

  const failure = (code) => Object.assign(new Error(code), { code });
  const node = (mode) => ({ ino: ++inode, mode, links: 1, data: new Uint8Array(0), size: 0, time: Date.now() });
  const isDirectory = (n) => (n.mode & directory) !== 0;

  // absolute returns a path from the root without . and .. and without a slash at its end.
  const absolute = (path) => {
    const parts = [];
    for (const part of path.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "" && part !== ".") parts.push(part);
    }
    return "/" + parts.join("/");
  };
  const parentOf = (path) => path.slice(0, path.lastIndexOf("/")) || "/";

  // find returns the node at a path.
  const find = (path) => {
    const at = absolute(path), found = nodes.get(at);
    if (!found || (path.endsWith("/") && !isDirectory(found))) {
      for (let up = parentOf(at); ; up = parentOf(up)) {
        const above = nodes.get(up);
        if (above && !isDirectory(above)) throw failure("ENOTDIR");
        if (above) break;
      }
      throw failure(found ? "ENOTDIR" : "ENOENT");
    }
    return found;
  };
  // parent checks that there is a directory for a new entry at a path, which it returns as an absolute one.
  const entry = (path) => {
    const at = absolute(path);
    if (!isDirectory(find(parentOf(at)))) throw failure("ENOTDIR");
    return at;
  };
  const names = (path) => {
    const prefix = path === "/" ? "/" : path + "/";
    const list = [];
    for (const other of nodes.keys()) {
      if (other !== "/" && other.startsWith(prefix) && !other.includes("/", prefix.length)) list.push(other.slice(prefix.length));
    }
    return list;
  };
  const opened = (fd) => {
    const of = open.get(fd);
    if (!of) throw failure("EBADF");
    return of;
  };
  // resize sets the size of a file. What it adds is 0.
  const resize = (of, size) => {
    if (size > of.data.length) {
      const capacity = Math.max(size, Math.min(2 * of.data.length, of.data.length + 2 ** 24));
      if (used + capacity - of.data.length > most) throw failure("ENOSPC");
      const data = new Uint8Array(capacity);
      data.set(of.data.subarray(0, of.size));
      used += capacity - of.data.length;
      of.data = data;
    }
    of.data.fill(0, size, Math.max(size, of.size));
    of.size = size;
  };
  const release = (of) => {
    if (of.links > 0) return;
    for (const other of open.values()) if (other.node === of) return; // until it is closed
    used -= of.data.length;
    of.data = new Uint8Array(0);
    of.size = 0;
  };
  const remove = (path) => {
    const of = nodes.get(path);
    nodes.delete(path);
    of.links--;
    release(of);
  };
  const stat = (of) => ({
    dev: 1, ino: of.ino, mode: of.mode, nlink: of.links, uid: 0, gid: 0, rdev: 0, size: of.size, blksize: 4096,
    blocks: Math.ceil(of.size / 512), atimeMs: of.time, mtimeMs: of.time, ctimeMs: of.time, isDirectory: () => isDirectory(of),
  });

  // The operations return what their callback is called with, or throw an error with the code of the system.
  const operations = {
    open(path, flags, mode) {
      const at = absolute(path);
      let of = nodes.get(at);
      if (of && flags & constants.O_CREAT && flags & constants.O_EXCL) throw failure("EEXIST");
      if (!of && flags & constants.O_CREAT) nodes.set(entry(path), (of = node(regular | (mode & ~umask & 0o777))));
      of = find(path);
      const writes = (flags & 3) !== 0;
      if (isDirectory(of) ? writes : flags & constants.O_DIRECTORY) throw failure(writes ? "EISDIR" : "ENOTDIR");
      if (writes && flags & constants.O_TRUNC) resize(of, 0);
      open.set(next, { node: of, position: 0, flags });
      return next++;
    },
    close(fd) {
      const of = opened(fd).node;
      open.delete(fd);
      release(of);
    },
    read(fd, buffer, offset, length, position) {
      const of = opened(fd), from = position ?? of.position;
      if (isDirectory(of.node)) throw failure("EISDIR");
      const n = Math.max(0, Math.min(length, of.node.size - from));
      buffer.set(of.node.data.subarray(from, from + n), offset);
      if (position == null) of.position += n;
      return n;
    },
    write(fd, buffer, offset, length, position) {
      const bytes = buffer.subarray(offset, offset + length);
      if (fd === 1 || fd === 2) return output(fd, bytes);
      const of = opened(fd);
      if ((of.flags & 3) === 0) throw failure("EBADF");
      const from = of.flags & constants.O_APPEND ? of.node.size : position ?? of.position;
      if (from + length > of.node.size) resize(of.node, from + length);
      of.node.data.set(bytes, from);
      of.node.time = Date.now();
      if (position == null) of.position = from + length;
      return length;
    },
    ftruncate(fd, size) { resize(opened(fd).node, size); },
    truncate(path, size) { resize(find(path), size); },
    stat: (path) => stat(find(path)),
    lstat: (path) => stat(find(path)),
    fstat: (fd) => stat(opened(fd).node),
    mkdir(path, mode) {
      const at = absolute(path);
      if (nodes.has(at)) throw failure("EEXIST");
      nodes.set(entry(path), node(directory | (mode & ~umask & 0o777)));
    },
    readdir(path) {
      if (!isDirectory(find(path))) throw failure("ENOTDIR");
      return names(absolute(path));
    },
    rmdir(path) {
      const at = absolute(path);
      if (!isDirectory(find(path))) throw failure("ENOTDIR");
      if (names(at).length > 0 || at === "/") throw failure("ENOTEMPTY");
      remove(at);
    },
    unlink(path) {
      if (isDirectory(find(path))) throw failure("EISDIR");
      remove(absolute(path));
    },
    link(path, to) {
      const of = find(path);
      if (isDirectory(of)) throw failure("EPERM");
      if (nodes.has(absolute(to))) throw failure("EEXIST");
      nodes.set(entry(to), of);
      of.links++;
    },
    rename(path, to) {
      const of = find(path), from = absolute(path), at = entry(to), there = nodes.get(at);
      if (from === at || there === of) return;
      if (at.startsWith(from + "/")) throw failure("EINVAL");
      if (there) {
        if (isDirectory(there) !== isDirectory(of)) throw failure(isDirectory(there) ? "EISDIR" : "ENOTDIR");
        if (isDirectory(there) && names(at).length > 0) throw failure("ENOTEMPTY");
        remove(at);
      }
      for (const other of [...nodes.keys()]) {
        if (other === from || other.startsWith(from + "/")) {
          nodes.set(at + other.slice(from.length), nodes.get(other));
          nodes.delete(other);
        }
      }
    },
    readlink(path) {
      find(path);
      throw failure("EINVAL"); // there are no symbolic links
    },
    symlink() { throw failure("EPERM"); },
    chmod(path, mode) {
      const of = find(path);
      of.mode = (of.mode & ~0o777) | (mode & 0o777);
    },
    fchmod(fd, mode) {
      const of = opened(fd).node;
      of.mode = (of.mode & ~0o777) | (mode & 0o777);
    },
    chown: (path) => void find(path),
    lchown: (path) => void find(path),
    fchown: (fd) => void opened(fd),
    fsync: (fd) => void opened(fd),
    utimes(path, _, modified) { find(path).time = 1000 * modified; },
  };

  // output writes to the console, line by line.
  const lines = ["", "", ""];
  const decoder = new TextDecoder();
  const output = (fd, bytes) => {
    const all = (lines[fd] + decoder.decode(bytes)).split("\n");
    lines[fd] = all.pop();
    for (const line of all) (fd === 1 ? console.log : console.error)(line);
    return bytes.length;
  };

  const fs = { constants, writeSync: (fd, bytes) => operations.write(fd, bytes, 0, bytes.length, null) };
  for (const [name, operation] of Object.entries(operations)) {
    fs[name] = (...args) => {
      const callback = args.pop();
      let result;
      try {
        result = operation(...args);
      } catch (err) {
        if (!err.code) throw err; // of this file, not of the caller
        callback(err);
        return;
      }
      callback(null, result);
    };
  }
  const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  set("fs", fs);
  set("path", { resolve: (...parts) => absolute(parts.join("/")) });
  set("process", {
    pid: 1, ppid: 0, getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0, getgroups: () => [],
    umask(mask) {
      const before = umask;
      if (mask !== undefined) umask = mask;
      return before;
    },
    cwd: () => "/",
    chdir() { throw failure("ENOSYS"); },
  });
  for (const path of ["/", "/tmp"]) nodes.set(path, node(directory | 0o755));
})();
