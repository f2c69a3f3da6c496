/** Which named things are places and which are points of interest, how important they are, and under what word. */
import type { Tags } from './pbf.ts'

/** `kind`: one word for the map's icon; `detail`: OpenStreetMap's own class; `rank`: 0 is seen first. */
export type Poi = { readonly kind: string; readonly detail: string; readonly rank: number }

/** What matters to somebody who sends help comes first. */
const first: Readonly<Record<string, number>> = {
  'amenity=police': 0, 'amenity=hospital': 0, 'amenity=fire_station': 0, 'railway=station': 0, 'amenity=townhall': 0, 'aeroway=aerodrome': 0,
  'amenity=school': 1, 'amenity=university': 1, 'amenity=college': 1, 'amenity=bus_station': 1, 'amenity=courthouse': 1, 'amenity=prison': 1,
  'amenity=kindergarten': 1, 'amenity=clinic': 1, 'shop=mall': 1, 'leisure=stadium': 1, 'leisure=park': 1, 'man_made=bridge': 1,
  'amenity=bank': 2, 'amenity=fuel': 2, 'amenity=marketplace': 2, 'tourism=hotel': 2, 'shop=supermarket': 2, 'amenity=library': 2,
  'amenity=place_of_worship': 2, 'amenity=pharmacy': 2, 'railway=subway_entrance': 2, 'amenity=cinema': 2, 'amenity=theatre': 2,
}
const keys = ['amenity', 'shop', 'tourism', 'leisure', 'healthcare', 'office', 'railway', 'public_transport', 'aeroway', 'historic', 'emergency', 'man_made', 'craft', 'power', 'landuse', 'natural', 'building'] as const
/** Values that are furniture, not destinations, even with a name; and classes of land nobody looks up by this key. */
const dull = new Set([
  'amenity=bench', 'amenity=waste_basket', 'amenity=vending_machine', 'amenity=bicycle_parking', 'amenity=parking_space', 'amenity=recycling',
  'railway=rail', 'railway=switch', 'railway=level_crossing', 'railway=signal', 'railway=abandoned', 'railway=platform', 'railway=stop', 'railway=tram',
  'railway=subway', 'railway=light_rail', 'railway=disused', 'railway=construction', 'railway=crossing', 'railway=buffer_stop', 'railway=razed', 'railway=proposed',
  'natural=tree', 'natural=water', 'natural=coastline', 'public_transport=stop_position', 'public_transport=stop_area', 'public_transport=stop_area_group',
])

/** What kind of point of interest a thing is; undefined when it is none. Whether it has a name is the caller's matter. */
export function poiOf(tags: Tags): Poi | undefined {
  if (tags.highway === 'bus_stop') return { kind: 'bus_stop', detail: 'highway=bus_stop', rank: 3 }
  if (tags.highway && tags.highway !== 'services' && tags.highway !== 'rest_area') return undefined
  for (const key of keys) {
    const value = tags[key]
    if (!value || value === 'no') continue
    const detail = `${key}=${value}`
    if (dull.has(detail)) continue
    const kind = key === 'shop' || key === 'office' || key === 'craft' || key === 'building' ? key : value
    return { kind: first[detail] !== undefined ? value : kind, detail, rank: first[detail] ?? (key === 'building' || key === 'landuse' ? 4 : 3) }
  }
  return undefined
}

/** Smallest zoom at which a settlement's name is drawn; undefined for what is no settlement. */
export const placeZooms: Readonly<Record<string, number>> = {
  country: 2, state: 3, province: 3, region: 4, county: 6, city: 4, town: 8, borough: 9, suburb: 10, district: 9, village: 11, quarter: 12, neighbourhood: 12,
  hamlet: 12, isolated_dwelling: 13, farm: 13, locality: 13, square: 14, island: 10, islet: 13, city_block: 14, allotments: 13,
}

/** What people call such a thing who do not know its name. */
export const kindWords: Readonly<Record<string, readonly string[]>> = {
  'amenity=police': ['派出所', '公安', '警察', 'police station'],
  'amenity=hospital': ['医院', 'hospital'],
  'amenity=clinic': ['诊所', '卫生院', 'clinic'],
  'amenity=fire_station': ['消防站', '消防队', 'fire station'],
  'amenity=townhall': ['政府', '办事处', 'town hall', 'government'],
  'amenity=school': ['学校', 'school'],
  'amenity=kindergarten': ['幼儿园', 'kindergarten'],
  'amenity=university': ['大学', 'university'],
  'amenity=college': ['学院', 'college'],
  'amenity=bank': ['银行', 'bank'],
  'amenity=atm': ['取款机', 'atm'],
  'amenity=fuel': ['加油站', 'fuel', 'gas station', 'petrol station'],
  'amenity=pharmacy': ['药店', '药房', 'pharmacy'],
  'amenity=bus_station': ['汽车站', 'bus station'],
  'amenity=marketplace': ['菜市场', '集市', 'market'],
  'amenity=parking': ['停车场', 'car park', 'parking'],
  'amenity=restaurant': ['餐馆', '饭店', 'restaurant'],
  'amenity=fast_food': ['快餐', 'fast food'],
  'amenity=cafe': ['咖啡', 'cafe', 'coffee'],
  'amenity=bar': ['酒吧', 'bar', 'pub'],
  'amenity=pub': ['酒吧', 'bar', 'pub'],
  'amenity=cinema': ['电影院', 'cinema'],
  'amenity=theatre': ['剧院', 'theatre'],
  'amenity=library': ['图书馆', 'library'],
  'amenity=post_office': ['邮局', 'post office'],
  'amenity=courthouse': ['法院', 'court'],
  'amenity=place_of_worship': ['教堂', '寺庙', '清真寺', 'church', 'temple', 'mosque'],
  'railway=station': ['火车站', '车站', 'railway station', 'train station'],
  'railway=subway_entrance': ['地铁口', '地铁站', 'subway', 'metro'],
  'highway=bus_stop': ['公交站', 'bus stop'],
  'leisure=park': ['公园', 'park'],
  'leisure=stadium': ['体育场', 'stadium'],
  'shop=supermarket': ['超市', 'supermarket'],
  'shop=convenience': ['便利店', '小卖部', 'convenience store'],
  'shop=mall': ['商场', 'mall'],
  'tourism=hotel': ['宾馆', '酒店', '旅馆', 'hotel'],
  'tourism=museum': ['博物馆', 'museum'],
}
