/** What people write down, in the language of the house. */
export const VISIT_NOTES = [
  'Najaarscollectie doorgenomen, vooral de paraplu’s vielen in de smaak.',
  'Rondleiding gehad door de nieuwe vestiging; er komt een opening met genodigden.',
  'Budget voor volgend jaar wordt in september vastgesteld, dan terugkomen.',
  'Klacht over de kleur van de bedrukking besproken en opgelost, monster achtergelaten.',
  'Zij vergelijken drie leveranciers; levertijd weegt zwaarder dan prijs.',
  'Duurzame lijn gepresenteerd. Inkoop wil weten waar het katoen vandaan komt.',
  'Rustig gesprek, geen lopende aanvragen. Over zes weken bellen.',
  'Kennisgemaakt met de nieuwe collega van marketing.',
  'Beursmateriaal voor het voorjaar besproken, aantallen volgen.',
  'Kerstpakketten: vorig jaar tevreden, dit jaar graag een alternatief zonder alcohol.',
  'Jaargesprek gehouden, afspraken over korting doorgelopen.',
  'Gewezen op de nieuwe drukinkt; er wordt een proefdruk gemaakt.',
] as const;

export const CALL_NOTES = [
  'Gebeld over de levertijd; kan een week eerder.',
  'Nagevraagd of de bedrukking naar wens was: ja.',
  'Offerte toegelicht, besluit volgt na overleg.',
  'Geen behoefte op dit moment, in het najaar opnieuw bellen.',
  'Adreswijziging van het magazijn doorgekregen.',
  'Vraag over de factuur beantwoord.',
  'Monster van de thermosfles toegezegd.',
  'Nieuwe bestelling aangekondigd voor eind van de maand.',
] as const;

export const OUTCOMES = [
  'Aanvraag voor bedrukte paraplu’s',
  'Proeforder toegezegd',
  'Nog geen besluit',
  'Wil een voorstel voor het jubileum',
  'Tevreden, geen actie nodig',
  'Vervolgafspraak met de directie',
] as const;

export const TOPICS = [
  'autumn collection',
  'sustainability',
  'delivery times',
  'end-of-year gifts',
  'annual review',
  'trade fair',
  'new printing technique',
  'price agreement',
] as const;

export const NEEDS = [
  'Relatiegeschenken voor het jubileum',
  'Kleding voor de buitendienst',
  'Kerstpakketten voor het personeel',
  'Uitdeelmateriaal voor de voorjaarsbeurs',
  'Welkomstpakket voor nieuwe medewerkers',
  'Duurzaam alternatief voor plastic tasjes',
  'Sinterklaasattentie voor klanten',
] as const;

export const INTERESTS = [
  'Zeilen',
  'Korte levertijden',
  'Lokaal geproduceerde artikelen',
  'Hardlopen voor het goede doel',
  'Ontwerp en drukwerk',
  'Moestuin',
] as const;

export const GOALS = [
  'Minder leveranciers',
  'Alle relatiegeschenken klimaatneutraal',
  'Herkenbaarheid op beurzen',
  'Personeel langer vasthouden',
  'Groei naar Duitsland',
] as const;

export const BINDING_FACTORS = [
  'personal contact',
  'delivery reliability',
  'own print shop',
  'price',
  'advice',
] as const;

/** Invented, like everything here. */
export const COMPETITORS = ['Geefgoed Groothandel', 'De Pennenkoning', 'Promolux Nederland', 'Bedrukt & Zo'] as const;

export const PROMISES = [
  'Monster van de golfparaplu opsturen',
  'Offerte voor kerstpakketten maken',
  'Uitzoeken waar de voorraad ligt',
  'Proefdruk laten maken',
  'Overzicht van de bestellingen van dit jaar sturen',
  'Terugbellen over de betaaltermijn',
  'Collega van de drukkerij meenemen',
] as const;

export const BROKEN_REASONS = [
  'Door drukte blijven liggen',
  'Leverancier kon het monster niet leveren',
  'Collega was ziek, niet overgenomen',
] as const;

export const RETURN_REASONS = [
  'Bedrukking niet volgens de proef',
  'Te veel besteld',
  'Beschadigd aangekomen',
  'Verkeerde kleur',
] as const;

export const CANCEL_REASONS = ['Evenement gaat niet door', 'Dubbel besteld', 'Levertijd te lang'] as const;

export const NOT_HELD_REASONS = [
  'Contactpersoon ziek',
  'File, te laat om nog door te gaan',
  'Afgezegd wegens drukte',
] as const;

export const END_REASONS = [
  'Overgestapt na een gemiste levering',
  'Inkoop gaat voortaan via het hoofdkantoor',
  'Bedrijf is gestopt',
  'Vond onze prijzen te hoog',
  'Geen budget meer voor relatiegeschenken',
] as const;

export const SPECIFICATIONS = [
  'one colour print, logo front',
  'full colour, wrap print',
  'engraved logo',
  'embroidered, 6 cm',
  'two colours, both sides',
] as const;

export const DECLINE_REASONS = [
  'Past niet in het budget van dit jaar',
  'Houdt het bij wat er al besteld wordt',
  'Een ander was goedkoper',
  'Geen behoefte aan gebleken',
] as const;

export const REFERENCE_OUTCOMES = [
  'Goed gesprek, er volgt een proeforder',
  'Was enthousiast over de levertijden',
  'Heeft de opstelling laten zien, zij denken erover na',
] as const;
