/** Call all near 一呼百应 without an incident: around a place, in a fence, in what was drawn, or a whole agency. All of it by keyboard. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { api, becauseOf } from '#ui/client.ts'
import { isComposing } from '#ui/composing.ts'
import { useLanguage } from '#ui/i18n.ts'
import type { Place } from '#ui/map/things.ts'
import { Button, Field, IconButton, Select } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import type { FenceOutline } from '#modules/patrol/contract.ts'
import type { SpokenPlace } from '#modules/town/contract.ts'
import type { Static } from 'typebox'
import { placeTyped } from '../command/fence-draft.ts'
import { useRoomPart } from '../command/room-context.tsx'
import { agencyName } from '../command/words.ts'
import { changeView } from '../router.ts'
import { BroadcastForm } from './broadcast-form.tsx'
import { newCall, type CallDraft } from './call-draft.ts'
import { callDrafts } from './call-drafts.ts'
import { leaders } from './provider.tsx'
import { callInArea, reachesAround, reachInside, type CallStart, type Reach } from './reaches.ts'

/** Call everybody in what was drawn. Drawn once more, what was typed stays. */
export function callInside(account: string, outline: FenceOutline): void {
  callDrafts.keep(account, { ...(callDrafts.find(account, callInArea) ?? newCall(callInArea)), area: outline, way: 'area' })
  changeView({ messages: callInArea, fence: null })
}

type Way = CallStart['from']

export function CallPanel({ start }: { readonly start: string }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const { session, may } = useSession()
  const account = session?.account ?? ''
  const fences = useRoomPart((state) => state.fences)
  const agencies = useRoomPart((state) => state.agencies)
  const own = agencies.filter(({ path }) => may(leaders, path))
  const leads = session?.grants.find(({ role }) => (leaders as readonly string[]).includes(role))?.agency ?? ''
  const [fresh] = useState(() => newCall(start))
  const draft = useSyncExternalStore(callDrafts.subscribe, () => callDrafts.find(account, start)) ?? fresh
  const change = (changes: Partial<CallDraft>) => callDrafts.keep(account, { ...(callDrafts.find(account, start) ?? fresh), ...changes })
  const { way, place, fence, area, agency = leads } = draft
  const chosenFence = fences.get(fence) ?? (fence === '' ? [...fences.values()][0] : undefined)

  const ways: readonly Way[] = ['place', ...(fences.size > 0 ? (['fence'] as const) : []), ...(area ? (['area'] as const) : []), 'agency']
  const reaches = ((): readonly Reach[] => {
    switch (way) {
      case 'place':
        return place ? reachesAround({ lon: place[0], lat: place[1] }, t) : []
      case 'fence':
        return chosenFence ? [{ value: chosenFence.id, label: t('broadcast.inFence', { name: chosenFence.name }), asked: { fence: chosenFence.id }, widens: false }] : []
      case 'area':
        return area ? [reachInside(area, t)] : []
      case 'agency':
        return agency ? [{ value: agency, label: t('broadcast.agency', { name: agencyName(agencies.find(({ path }) => path === agency), agency, language) }), asked: { agency }, widens: false }] : []
    }
  })()
  const leave = (messages: 'all' | null) => {
    callDrafts.drop()
    changeView({ messages })
  }
  const back = () => leave('all')
  return (
    <>
      <header className="detail-head">
        <IconButton icon="arrow-left" size="small" label={t('back')} onClick={back} />
        <div className="detail-title">
          <h2>{t('broadcast.title')}</h2>
        </div>
        <IconButton icon="close" size="small" label={t('close')} onClick={() => leave(null)} />
      </header>
      <div className="detail-body messages-body call-panel">
        <Select autoFocus={way !== 'place' || place !== null} label={t('broadcast.where')} value={way} options={ways.map((each) => ({ value: each, label: t(`broadcast.way.${each}`) }))} onChange={(event) => change({ way: ways.find((each) => each === event.target.value) ?? 'place' })} />
        {way === 'place' ? <PlaceField place={place} onPlace={(next) => change({ place: next })} /> : null}
        {way === 'fence' ? (
          <Select label={t('broadcast.fence')} value={chosenFence?.id ?? ''} options={[...fences.values()].map(({ id, name }) => ({ value: id, label: name }))} onChange={(event) => change({ fence: event.target.value })} />
        ) : null}
        {way === 'agency' ? (
          <Select label={t('broadcast.agencyLabel')} value={agency} options={own.map((each) => ({ value: each.path, label: agencyName(each, each.path, language) }))} onChange={(event) => change({ agency: event.target.value })} />
        ) : null}
        <BroadcastForm kept={{ form: draft, onChange: change }} reaches={reaches} missing={way === 'place' ? t('broadcast.placeFirst') : t('broadcast.whereFirst')} onDone={back} />
      </div>
    </>
  )
}

/** A place by its name or coordinates; from the map it comes with both. */
function PlaceField({ place, onPlace }: { readonly place: Place | null; readonly onPlace: (place: Place | null) => void }) {
  const { t } = useTranslation('messages')
  const { language } = useLanguage()
  const [typed, setTyped] = useState(place ? `${place[0].toFixed(5)}, ${place[1].toFixed(5)}` : '')
  const [said, setSaid] = useState('')
  const [unfound, setUnfound] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [lon, lat] = place ?? []
  useEffect(() => {
    setSaid('')
    if (lon === undefined || lat === undefined) return
    const gone = new AbortController()
    // without words the coordinates stand there
    api.get<Static<typeof SpokenPlace>>(`/api/town/reverse?lon=${lon}&lat=${lat}`, { signal: gone.signal }).then((spoken) => setSaid((language === 'en' && spoken.textEn) || spoken.text), () => {})
    return () => gone.abort()
  }, [lon, lat, language])

  const find = async () => {
    const exact = placeTyped(typed)
    if (exact) return onPlace(exact)
    if (typed.trim() === '') return
    setBusy(true)
    setUnfound(undefined)
    try {
      const { items } = await api.get<{ items: { lon: number; lat: number }[] }>(`/api/town/search?q=${encodeURIComponent(typed)}&limit=1`)
      if (items[0]) onPlace([items[0].lon, items[0].lat])
      else setUnfound(t('broadcast.placeNone'))
    } catch (thrown) {
      setUnfound(becauseOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <div className="fence-find">
        <Field
          autoFocus={place === null}
          label={t('broadcast.place')}
          value={typed}
          error={unfound}
          hint={t('broadcast.placeHint')}
          onChange={(event) => {
            setTyped(event.target.value)
            onPlace(placeTyped(event.target.value) ?? null)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || isComposing(event)) return
            event.preventDefault()
            void find()
          }}
        />
        <Button size="small" icon="search" busy={busy} onClick={() => void find()}>
          {t('broadcast.find')}
        </Button>
      </div>
      {place && said ? <p className="soft call-place">{said}</p> : null}
    </>
  )
}
