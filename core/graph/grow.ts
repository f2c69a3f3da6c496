/** A list of whole numbers that grows by doubling. */
export class GrowingList {
  private values: Uint32Array<ArrayBuffer>
  length = 0

  constructor(capacity = 1024) {
    this.values = new Uint32Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(2 * this.length + 16)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length++] = value
  }

  at(index: number): number {
    return this.values[index]!
  }

  finished(): Uint32Array<ArrayBuffer> {
    return this.values.slice(0, this.length)
  }
}
