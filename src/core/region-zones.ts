/**
 * The zone in which most people of a state or province live (C4), for countries that span several: by country, each line
 * an IANA zone and the regions it stands for, by code and by name. A region that is not here is treated by its country.
 * Names compare without case, accents and punctuation.
 */
const TABLES: Readonly<Record<string, string>> = {
  US: `
America/New_York: CT Connecticut, DC District of Columbia, Washington DC, DE Delaware, FL Florida, GA Georgia, KY Kentucky, MA Massachusetts, MD Maryland, ME Maine, NC North Carolina, NH New Hampshire, NJ New Jersey, NY New York, OH Ohio, PA Pennsylvania, RI Rhode Island, SC South Carolina, VA Virginia, VT Vermont, WV West Virginia
America/Detroit: MI Michigan
America/Indiana/Indianapolis: IN Indiana
America/Chicago: AL Alabama, AR Arkansas, IA Iowa, IL Illinois, KS Kansas, LA Louisiana, MN Minnesota, MO Missouri, MS Mississippi, ND North Dakota, NE Nebraska, OK Oklahoma, SD South Dakota, TN Tennessee, TX Texas, WI Wisconsin
America/Denver: CO Colorado, MT Montana, NM New Mexico, UT Utah, WY Wyoming
America/Boise: ID Idaho
America/Phoenix: AZ Arizona
America/Los_Angeles: CA California, NV Nevada, OR Oregon, WA Washington
America/Anchorage: AK Alaska
Pacific/Honolulu: HI Hawaii
America/Puerto_Rico: PR Puerto Rico, VI Virgin Islands
Pacific/Guam: GU Guam`,
  CA: `
America/Toronto: ON Ontario, QC Quebec
America/Vancouver: BC British Columbia
America/Edmonton: AB Alberta, NT Northwest Territories
America/Winnipeg: MB Manitoba
America/Regina: SK Saskatchewan
America/Halifax: NS Nova Scotia, PE Prince Edward Island
America/Moncton: NB New Brunswick
America/St_Johns: NL Newfoundland and Labrador, Newfoundland, Labrador
America/Whitehorse: YT Yukon
America/Iqaluit: NU Nunavut`,
  AU: `
Australia/Sydney: NSW New South Wales, ACT Australian Capital Territory
Australia/Melbourne: VIC Victoria
Australia/Brisbane: QLD Queensland
Australia/Adelaide: SA South Australia
Australia/Perth: WA Western Australia
Australia/Hobart: TAS Tasmania
Australia/Darwin: NT Northern Territory`,
  BR: `
America/Sao_Paulo: DF Distrito Federal, ES Espirito Santo, GO Goias, MG Minas Gerais, PR Parana, RJ Rio de Janeiro, RS Rio Grande do Sul, SC Santa Catarina, SP Sao Paulo
America/Bahia: BA Bahia
America/Fortaleza: CE Ceara, MA Maranhao, PB Paraiba, PI Piaui, RN Rio Grande do Norte
America/Recife: PE Pernambuco
America/Maceio: AL Alagoas, SE Sergipe
America/Belem: AP Amapa, PA Para
America/Araguaina: TO Tocantins
America/Manaus: AM Amazonas
America/Boa_Vista: RR Roraima
America/Porto_Velho: RO Rondonia
America/Rio_Branco: AC Acre
America/Cuiaba: MT Mato Grosso
America/Campo_Grande: MS Mato Grosso do Sul`,
  MX: `
America/Mexico_City: AGU Aguascalientes, CDMX CMX Ciudad de Mexico, Mexico City, COL Colima, DUR Durango, GUA Guanajuato, GRO Guerrero, HID Hidalgo, JAL Jalisco, MEX Estado de Mexico, Mexico, MIC Michoacan, MOR Morelos, OAX Oaxaca, PUE Puebla, QUE Queretaro, SLP San Luis Potosi, TAB Tabasco, TLA Tlaxcala, VER Veracruz, ZAC Zacatecas, CHP Chiapas
America/Monterrey: COA Coahuila, NLE Nuevo Leon, TAM Tamaulipas
America/Merida: CAM Campeche, YUC Yucatan
America/Cancun: ROO Quintana Roo
America/Chihuahua: CHH Chihuahua
America/Hermosillo: SON Sonora
America/Mazatlan: BCS Baja California Sur, NAY Nayarit, SIN Sinaloa
America/Tijuana: BCN Baja California`,
  RU: `
Europe/Kaliningrad: KGD Kaliningrad
Europe/Moscow: MOW Moscow, Moskva, MOS Moscow Oblast, SPE Saint Petersburg, St Petersburg, LEN Leningrad, AD Adygea, ARK Arkhangelsk, BEL Belgorod, BRY Bryansk, CE Chechnya, CU Chuvashia, DA Dagestan, IN Ingushetia, IVA Ivanovo, KB Kabardino-Balkaria, KL Kalmykia, KLU Kaluga, KC Karachay-Cherkessia, KR Karelia, KO Komi, KOS Kostroma, KDA Krasnodar, KRS Kursk, LIP Lipetsk, ME Mari El, MO Mordovia, MUR Murmansk, NEN Nenets, NIZ Nizhny Novgorod, NGR Novgorod, ORL Oryol, PNZ Penza, PSK Pskov, ROS Rostov, RYA Ryazan, SE North Ossetia, SMO Smolensk, STA Stavropol, TAM Tambov, TA Tatarstan, TVE Tver, TUL Tula, VLA Vladimir, VLG Vologda, VOR Voronezh, YAR Yaroslavl
Europe/Kirov: KIR Kirov
Europe/Volgograd: VGG Volgograd
Europe/Astrakhan: AST Astrakhan
Europe/Saratov: SAR Saratov
Europe/Ulyanovsk: ULY Ulyanovsk
Europe/Samara: SAM Samara, UD Udmurtia
Asia/Yekaterinburg: BA Bashkortostan, CHE Chelyabinsk, KGN Kurgan, KHM Khanty-Mansi, ORE Orenburg, PER Perm, SVE Sverdlovsk, TYU Tyumen, YAN Yamalo-Nenets
Asia/Omsk: OMS Omsk
Asia/Novosibirsk: NVS Novosibirsk
Asia/Barnaul: ALT Altai Krai, AL Altai
Asia/Tomsk: TOM Tomsk
Asia/Novokuznetsk: KEM Kemerovo
Asia/Krasnoyarsk: KYA Krasnoyarsk, KK Khakassia, TY Tuva
Asia/Irkutsk: BU Buryatia, IRK Irkutsk
Asia/Chita: ZAB Zabaykalsky
Asia/Yakutsk: AMU Amur, SA Sakha, Yakutia
Asia/Vladivostok: KHA Khabarovsk, PRI Primorsky, YEV Jewish Autonomous Oblast
Asia/Sakhalin: SAK Sakhalin
Asia/Magadan: MAG Magadan
Asia/Kamchatka: KAM Kamchatka
Asia/Anadyr: CHU Chukotka`,
  ID: `
Asia/Jakarta: AC Aceh, SU Sumatera Utara, North Sumatra, SB West Sumatra, RI Riau, JA Jambi, SS South Sumatra, BE Bengkulu, LA Lampung, JK Jakarta, JB Jawa Barat, West Java, JT Jawa Tengah, Central Java, YO Yogyakarta, JI Jawa Timur, East Java, BT Banten
Asia/Pontianak: KB Kalimantan Barat, West Kalimantan, KT Kalimantan Tengah, Central Kalimantan
Asia/Makassar: BA Bali, NB West Nusa Tenggara, NT East Nusa Tenggara, KS South Kalimantan, KI East Kalimantan, KU North Kalimantan, SA North Sulawesi, ST Central Sulawesi, SN South Sulawesi, SG Southeast Sulawesi, GO Gorontalo, SR West Sulawesi
Asia/Jayapura: MA Maluku, MU North Maluku, PA Papua, PB West Papua`,
  ES: `
Atlantic/Canary: CN Canarias, Canary Islands, GC Las Palmas, TF Santa Cruz de Tenerife, Tenerife
Africa/Ceuta: CE Ceuta, ML Melilla`,
  PT: `
Atlantic/Azores: 20 Azores, Acores
Atlantic/Madeira: 30 Madeira`,
  CL: `
Pacific/Easter: Easter Island, Isla de Pascua
America/Punta_Arenas: MA Magallanes
America/Coyhaique: AI Aysen`,
  EC: 'Pacific/Galapagos: W Galapagos',
  NZ: 'Pacific/Chatham: CIT Chatham Islands',
  MN: 'Asia/Hovd: 043 Khovd, Hovd, 071 Bayan-Olgii, 046 Uvs',
  CD: 'Africa/Lubumbashi: KE Kasai-Oriental, NK North Kivu, Nord-Kivu, SK South Kivu, Sud-Kivu, HK Haut-Katanga, LU Lualaba, TA Tanganyika, HL Haut-Lomami, MA Maniema, TO Tshopo, IT Ituri',
};

const byCountry = new Map<string, ReadonlyMap<string, string>>();

/** The zone of a region of a country (ISO 3166-1 alpha-2); null when the table does not know it. */
export function zoneOfRegion(country: string, region: string): string | null {
  const table = TABLES[country];
  if (table === undefined) return null;
  // Read from the text when a country is first asked for.
  const regions = byCountry.getOrInsertComputed(country, () => regionsIn(table));
  const folded = foldRegion(region);
  return regions.get(folded) ?? regions.get(folded.replace(`${country.toLowerCase()} `, '')) ?? null;
}

function regionsIn(table: string): ReadonlyMap<string, string> {
  const regions = new Map<string, string>();
  for (const line of table.split('\n')) {
    const zone = line.slice(0, line.indexOf(': '));
    for (const entry of line.slice(zone.length + 2).split(', ')) {
      for (const name of namesOf(entry)) regions.set(name, zone);
    }
  }
  return regions;
}

/** `NY New York` is two names: codes in capitals or digits come first. */
function namesOf(entry: string): string[] {
  const codes = /^((?:[A-Z]{1,4}|\d{2,3}) )+/.exec(entry)?.[0] ?? '';
  return [...codes.split(' '), entry.slice(codes.length)].map(foldRegion).filter((name) => name !== '');
}

/** People add the kind of region to its name; the tables do not have it. */
const KIND =
  /\b(?:state of|state|province of|province|oblast|krai|region|autonomous okrug|republic of|republic)\b ?/g;

function foldRegion(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(KIND, '')
    .trim();
}
