/** What `pg` has no word for itself: to copy rows in. */
import pg from 'pg'

type Wire = pg.Connection & { sendCopyFromChunk(rows: Buffer): void; endCopyFrom(): void }

/**
 * One `copy … from stdin`, for a client's `query`.
 *
 * Statement and rows go in one write, so that others may be sent behind them: a server that refuses the statement, or gives up in the
 * middle of the rows, drops what is left of them, as its protocol has it.
 */
export class CopyIn extends pg.Query {
  private readonly statement: string
  private readonly bytes: Buffer
  constructor(statement: string, bytes: Uint8Array) {
    super(statement)
    this.statement = statement
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  override submit = (connection: pg.Connection): void => {
    const wire = connection as Wire
    wire.stream.cork()
    wire.query(this.statement)
    wire.sendCopyFromChunk(this.bytes)
    wire.endCopyFrom()
    wire.stream.uncork()
  }
  /** They are on their way. */
  handleCopyInResponse(): void {}
}
