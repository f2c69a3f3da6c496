/** What the address bar holds: a link opens the same workspace, incident, layers and part of the map. */

export const mapLayers = ['units', 'incidents', 'stations', 'calls', 'districts', 'fences', 'buildings', 'labels', 'pois'] as const
export type MapLayer = (typeof mapLayers)[number]
const shownAtFirst: readonly MapLayer[] = mapLayers

export type ViewState = {
  /** First part of the path: `command`, `administration`. */
  readonly workspace: string
  /** The rest of the path, for the workspace itself. */
  readonly page: string
  readonly incident: string | null
  readonly unit: string | null
  readonly tab: string
  /** The messages are open: at this channel, at the list of all, or at a call to all near. */
  readonly messages: string | null
  readonly layers: readonly MapLayer[]
  /** Longitude, latitude, zoom; null: the whole town. */
  readonly at: readonly [lon: number, lat: number, zoom: number] | null
  /** The tool for roads that is open (command/roads-tool.ts). */
  readonly roads: string | null
  /** Electronic fences: `list`, `new`, or the id of the one that is looked at; null while their panel is closed. */
  readonly fence: string | null
}

const isId = (text: string | null): text is string => text !== null && /^[A-Za-z0-9_-]{1,64}$/.test(text)

/** Anything that does not read well is left out: a bad link opens the room as it is by default. */
export function readView(url: URL): ViewState {
  const [workspace = '', ...rest] = url.pathname.split('/').filter(Boolean)
  const query = url.searchParams
  const incident = query.get('incident')
  const unit = query.get('unit')
  const fence = query.get('fence')
  const hidden = (query.get('hide') ?? '').split('.')
  return {
    workspace: workspace || 'command',
    page: rest.join('/'),
    incident: isId(incident) ? incident : null,
    unit: !isId(incident) && isId(unit) ? unit : null,
    tab: query.get('tab') ?? '',
    messages: /^(all|call(-area|-fence-[A-Za-z0-9_-]{1,64}|-at--?\d{1,3}(\.\d{1,9})?,-?\d{1,2}(\.\d{1,9})?)?|(unit|incident|agency|group)-[A-Za-z0-9_-]{1,64})$/.test(query.get('messages') ?? '') ? query.get('messages') : null,
    layers: shownAtFirst.filter((layer) => !hidden.includes(layer)),
    at: readPlace(query.get('at')),
    roads: /^[a-z0-9;,.-]{1,100}$/.test(query.get('roads') ?? '') ? query.get('roads') : null,
    fence: isId(fence) ? fence : null,
  }
}

/** A view with those parts of the one before that say the same: what hangs on the layers is not made anew because something else was chosen. */
export function keptParts(before: ViewState, { layers, at, ...rest }: ViewState): ViewState {
  const isSame = (a: readonly unknown[], b: readonly unknown[]) => a.length === b.length && a.every((each, n) => each === b[n])
  return { ...rest, layers: isSame(before.layers, layers) ? before.layers : layers, at: before.at && at && isSame(before.at, at) ? before.at : at }
}

function readPlace(text: string | null): ViewState['at'] {
  const parts = (text ?? '').split(',')
  const [lon, lat, zoom] = parts.map(Number)
  if (parts.length !== 3 || lon === undefined || lat === undefined || zoom === undefined) return null
  const fits = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 22
  return fits ? [lon, lat, zoom] : null
}

/** The address of a view, from `/`. Default parts are left out, so that links stay short. */
export function writeView(view: ViewState): string {
  const query: string[] = []
  if (view.incident) query.push(`incident=${view.incident}`)
  else if (view.unit) query.push(`unit=${view.unit}`)
  if (view.messages) query.push(`messages=${view.messages}`)
  if (view.tab) query.push(`tab=${encodeURIComponent(view.tab)}`)
  const hidden = shownAtFirst.filter((layer) => !view.layers.includes(layer))
  if (hidden.length > 0) query.push(`hide=${hidden.join('.')}`)
  if (view.at) query.push(`at=${view.at[0].toFixed(5)},${view.at[1].toFixed(5)},${view.at[2].toFixed(2)}`)
  if (view.roads) query.push(`roads=${view.roads}`)
  if (view.fence) query.push(`fence=${view.fence}`)
  const path = `/${view.workspace}${view.page ? `/${view.page}` : ''}`
  return query.length > 0 ? `${path}?${query.join('&')}` : path
}
