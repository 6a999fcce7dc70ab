/** Bytes that are appended to; it grows, and keeps its memory when it is cleared. */
export class ByteBuffer {
  bytes: Buffer<ArrayBuffer>
  length = 0

  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  /** Makes room for so many more bytes, and says where they begin. */
  reserve(more: number): number {
    const needed = this.length + more
    if (needed > this.bytes.length) this.#grow(needed)
    return this.length
  }

  /** Appends bytes as they are. */
  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.bytes.set(bytes, at)
    this.length = at + bytes.length
  }

  /** Appends so many zero bytes. */
  zeros(count: number): void {
    const at = this.reserve(count)
    this.bytes.fill(0, at, at + count)
    this.length = at + count
  }

  /** Appends a whole number ≥ 0 in LEB128. */
  unsigned(value: number): void {
    let at = this.reserve(8)
    let rest = value
    while (rest > 127) {
      this.bytes[at++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[at++] = rest
    this.length = at
  }

  /** Appends a text as UTF-8 behind its length; half of a surrogate pair becomes U+FFFD. */
  text(value: string): void {
    const { length } = value
    if (length <= SHORT) {
      const at = this.reserve(length + 1)
      if (this.#ascii(value, at + 1)) {
        this.bytes[at] = length
        this.length = at + 1 + length
        return
      }
    }
    const size = Buffer.byteLength(value)
    this.unsigned(size)
    const at = this.reserve(size)
    this.length = at + this.bytes.write(value, at)
  }

  /** Appends the low 32 bits of a whole number, the lowest byte first. */
  word(value: number): void {
    const at = this.reserve(4)
    const { bytes } = this
    bytes[at] = value
    bytes[at + 1] = value >>> 8
    bytes[at + 2] = value >>> 16
    bytes[at + 3] = value >>> 24
    this.length = at + 4
  }

  /** Forgets its content. */
  clear(): void {
    this.length = 0
  }

  #ascii(value: string, from: number): boolean {
    const { bytes } = this
    for (let at = 0; at < value.length; at += 1) {
      const code = value.charCodeAt(at)
      if (code > 127) return false
      bytes[from + at] = code
    }
    return true
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}

/** Up to 127 bytes their number takes one byte; and a loop is faster than a call out of it. */
const SHORT = 127
