/**
 * Names that mean growth. An organism's name is a positive result even when no flag comes with it (clinical-rules
 * §4); a name that is missing here is no proof of anything and goes to a person.
 */
const gramNegative = [
  'escherichia coli',
  'e coli',
  'e. coli',
  'klebsiella pneumoniae',
  'klebsiella oxytoca',
  'klebsiella aerogenes',
  'enterobacter cloacae',
  'enterobacter cloacae complex',
  'citrobacter freundii',
  'citrobacter koseri',
  'proteus mirabilis',
  'proteus vulgaris',
  'morganella morganii',
  'providencia stuartii',
  'serratia marcescens',
  'pseudomonas aeruginosa',
  'acinetobacter baumannii',
  'stenotrophomonas maltophilia',
  'haemophilus influenzae',
  'neisseria meningitidis',
  'neisseria gonorrhoeae',
  'bacteroides fragilis',
  'pasteurella multocida',
  'moraxella catarrhalis',
  'gram negative rods',
  'gram-negative rods',
  'gram negative bacilli',
  'gram negative diplococci',
];

const gramPositive = [
  'staphylococcus aureus',
  'methicillin resistant staphylococcus aureus',
  'mrsa',
  'staphylococcus epidermidis',
  'staphylococcus saprophyticus',
  'staphylococcus lugdunensis',
  'coagulase negative staphylococcus',
  'coagulase-negative staphylococcus',
  'streptococcus pneumoniae',
  'streptococcus pyogenes',
  'streptococcus agalactiae',
  'group a streptococcus',
  'beta hemolytic streptococcus, group a',
  'streptococcus, group a',
  'group b streptococcus',
  'streptococcus agalactiae (group b)',
  'beta hemolytic streptococcus, group b',
  'viridans group streptococcus',
  'enterococcus faecalis',
  'enterococcus faecium',
  'enterococcus species',
  'listeria monocytogenes',
  'clostridium perfringens',
  'gram positive cocci',
  'gram-positive cocci',
  'gram positive cocci in clusters',
  'gram positive cocci in pairs',
  'gram positive cocci in chains',
  'gram positive cocci in pairs and chains',
  'gram positive rods',
  'gram positive bacilli',
];

const enteric = [
  'campylobacter jejuni',
  'campylobacter species',
  'salmonella',
  'salmonella species',
  'salmonella enterica',
  'shigella',
  'shigella sonnei',
  'shigella flexneri',
  'shigella species',
  'yersinia enterocolitica',
  'vibrio cholerae',
  'vibrio parahaemolyticus',
  'escherichia coli o157',
  'escherichia coli o157:h7',
  'shiga toxin producing escherichia coli',
  'aeromonas hydrophila',
  // SNOMED CT for Campylobacter jejuni, as sent by a national test laboratory.
  '66543000',
];

const fungi = [
  'candida albicans',
  'candida glabrata',
  'candida auris',
  'candida species',
  'yeast',
  'cryptococcus neoformans',
];

/** Also a phone call to public health (clinical-rules §3.3). */
export const selectAgents = [
  'bacillus anthracis',
  'yersinia pestis',
  'francisella tularensis',
  'brucella species',
  'brucella melitensis',
  'burkholderia pseudomallei',
  'clostridium botulinum',
];

export const mycobacteria = [
  'mycobacterium tuberculosis',
  'mycobacterium tuberculosis complex',
  'mtb',
  'mtb complex',
  'mycobacterium avium complex',
  'mycobacterium avium-intracellulare',
  'acid fast bacilli seen',
  'acid-fast bacilli seen',
  'afb seen',
];

export const organisms: readonly string[] = [
  ...gramNegative,
  ...gramPositive,
  ...enteric,
  ...fungi,
  ...selectAgents,
  'growth',
  'positive for growth',
  'heavy growth',
  'moderate growth',
  'light growth',
];
