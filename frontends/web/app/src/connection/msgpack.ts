// MessagePack as docs/protocol.md uses it: maps with text keys, bin, numbers of 64 bits. A whole number beyond 2^53 - 1
// becomes a bigint. Throws on data that ends too soon, and on nesting deeper than 64.

export type Value = null | boolean | number | bigint | string | Uint8Array | Value[] | { [key: string]: Value }

const DEEPEST = 64
const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

class Writer {
  bytes = new Uint8Array(256)
  view = new DataView(this.bytes.buffer)
  at = 0

  room(count: number) {
    if (this.at + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + count))
      larger.set(this.bytes)
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    const at = this.at
    this.at += count
    return at
  }

  // The room first: it may replace bytes and view.
  byte(value: number) {
    const at = this.room(1)
    this.bytes[at] = value
  }
  raw(value: Uint8Array) {
    const at = this.room(value.length)
    this.bytes.set(value, at)
  }
  wide(put: 'setUint16' | 'setUint32' | 'setFloat64', width: number, value: number) {
    const at = this.room(width)
    this.view[put](at, value)
  }
  widest(put: 'setBigUint64' | 'setBigInt64', value: bigint) {
    const at = this.room(8)
    this.view[put](at, value)
  }

  // A head byte, then the count in 1, 2 or 4 bytes; `heads` has one head byte for each width.
  count(count: number, heads: [number, number, number]) {
    if (heads[0] && count < 0x100) {
      this.byte(heads[0])
      this.byte(count)
    } else if (count < 0x10000) {
      this.byte(heads[1])
      this.wide('setUint16', 2, count)
    } else {
      this.byte(heads[2])
      this.wide('setUint32', 4, count)
    }
  }

  whole(value: number | bigint) {
    if (value >= 0 && value < 0x80) this.byte(Number(value))
    else if (value >= 0) {
      this.byte(0xcf)
      this.widest('setBigUint64', BigInt(value))
    } else {
      this.byte(0xd3)
      this.widest('setBigInt64', BigInt(value))
    }
  }

  text(value: string) {
    const bytes = utf8.encode(value)
    if (bytes.length < 32) this.byte(0xa0 | bytes.length)
    else this.count(bytes.length, [0xd9, 0xda, 0xdb])
    this.raw(bytes)
  }

  value(value: unknown): void {
    if (value === null || value === undefined) this.byte(0xc0)
    else if (typeof value === 'boolean') this.byte(value ? 0xc3 : 0xc2)
    else if (typeof value === 'bigint' || Number.isSafeInteger(value)) this.whole(value as number | bigint)
    else if (typeof value === 'number') {
      this.byte(0xcb)
      this.wide('setFloat64', 8, value)
    } else if (typeof value === 'string') this.text(value)
    else if (value instanceof Uint8Array) {
      this.count(value.length, [0xc4, 0xc5, 0xc6])
      this.raw(value)
    } else if (Array.isArray(value)) {
      if (value.length < 16) this.byte(0x90 | value.length)
      else this.count(value.length, [0, 0xdc, 0xdd])
      value.forEach(one => this.value(one))
    } else this.map(value as object)
  }

  // Absent fields are left out.
  map(value: object) {
    const entries = Object.entries(value).filter(entry => entry[1] !== undefined)
    if (entries.length < 16) this.byte(0x80 | entries.length)
    else this.count(entries.length, [0, 0xde, 0xdf])
    for (const [key, one] of entries) {
      this.text(key)
      this.value(one)
    }
  }
}

export function encode(value: unknown): Uint8Array {
  const writer = new Writer()
  writer.value(value)
  return writer.bytes.slice(0, writer.at)
}

class Reader {
  at = 0
  view: DataView

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  skip(count: number) {
    const at = this.at
    if (at + count > this.bytes.length) throw new Error('the message ends too soon')
    this.at += count
    return at
  }

  raw(count: number) {
    const at = this.skip(count)
    return this.bytes.slice(at, at + count)
  }
  text(count: number) {
    const at = this.skip(count)
    return fromUtf8.decode(this.bytes.subarray(at, at + count))
  }
  byte() {
    return this.bytes[this.skip(1)]!
  }
  // A count in 1, 2 or 4 bytes, as the lowest two bits of a head say.
  count(width: number) {
    if (width === 0) return this.byte()
    return width === 1 ? this.view.getUint16(this.skip(2)) : this.view.getUint32(this.skip(4))
  }

  list(count: number, depth: number) {
    const list: Value[] = []
    for (let i = 0; i < count; i++) list.push(this.value(depth))
    return list
  }

  map(count: number, depth: number) {
    const map: { [key: string]: Value } = {}
    for (let i = 0; i < count; i++) {
      const key = this.value(depth)
      const value = this.value(depth)
      if (key !== '__proto__') map[String(key)] = value
    }
    return map
  }

  number(head: number): Value {
    const exact = (value: bigint) =>
      value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
    switch (head) {
      case 0xca:
        return this.view.getFloat32(this.skip(4))
      case 0xcb:
        return this.view.getFloat64(this.skip(8))
      case 0xcc:
        return this.byte()
      case 0xcd:
        return this.view.getUint16(this.skip(2))
      case 0xce:
        return this.view.getUint32(this.skip(4))
      case 0xcf:
        return exact(this.view.getBigUint64(this.skip(8)))
      case 0xd0:
        return this.view.getInt8(this.skip(1))
      case 0xd1:
        return this.view.getInt16(this.skip(2))
      case 0xd2:
        return this.view.getInt32(this.skip(4))
      case 0xd3:
        return exact(this.view.getBigInt64(this.skip(8)))
    }
    throw new Error(`no value begins with the byte ${head}`)
  }

  value(depth: number): Value {
    if (depth > DEEPEST) throw new Error('the message is nested too deeply')
    const head = this.byte()
    if (head < 0x80) return head
    if (head < 0x90) return this.map(head & 15, depth + 1)
    if (head < 0xa0) return this.list(head & 15, depth + 1)
    if (head < 0xc0) return this.text(head & 31)
    if (head >= 0xe0) return head - 0x100
    if (head === 0xc0) return null
    if (head === 0xc2 || head === 0xc3) return head === 0xc3
    if (head >= 0xc4 && head <= 0xc6) return this.raw(this.count(head - 0xc4))
    if (head >= 0xd9 && head <= 0xdb) return this.text(this.count(head - 0xd9))
    if (head === 0xdc || head === 0xdd) return this.list(this.count(head - 0xdb), depth + 1)
    if (head === 0xde || head === 0xdf) return this.map(this.count(head - 0xdd), depth + 1)
    return this.number(head)
  }
}

export function decode(bytes: Uint8Array): Value {
  return new Reader(bytes).value(0)
}
