/** Every analyte and orderable of the library, in the order in which a medical director reads them. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { cardiacAnalytes, cardiacPanels } from './cardiac.js';
import { cbcAnalytes, cbcPanels } from './cbc.js';
import { coagulationAnalytes, coagulationPanels } from './coagulation.js';
import { cultureAnalytes, culturePanels } from './cultures.js';
import { cytologyAnalytes, cytologyPanels } from './cytology.js';
import { drugLevelAnalytes, drugLevelPanels } from './drug-levels.js';
import { endocrineAnalytes, endocrinePanels } from './endocrine.js';
import { hepatitisAnalytes, hepatitisPanels } from './hepatitis.js';
import { hivAnalytes, hivPanels } from './hiv.js';
import { hormoneAnalytes, hormonePanels } from './hormones.js';
import { inflammationAnalytes, inflammationPanels } from './inflammation.js';
import { ironAnalytes, ironPanels } from './iron.js';
import { lipidAnalytes, lipidPanels } from './lipid.js';
import { liverAnalytes, liverPanels } from './liver.js';
import { metabolicAnalytes, metabolicPanels } from './metabolic.js';
import { mineralAnalytes, mineralPanels } from './minerals.js';
import { otherAnalytes, otherPanels } from './other-tests.js';
import { pancreasAnalytes, pancreasPanels } from './pancreas.js';
import { parasiteAnalytes, parasitePanels } from './parasites.js';
import { respiratoryAnalytes, respiratoryPanels } from './respiratory.js';
import { stiAnalytes, stiPanels } from './sti.js';
import { stoolAnalytes, stoolPanels } from './stool.js';
import { urinalysisAnalytes, urinalysisPanels } from './urinalysis.js';
import { urineProteinAnalytes, urineProteinPanels } from './urine-protein.js';
import { vitaminAnalytes, vitaminPanels } from './vitamins.js';

export const starterAnalytes: AnalyteInput[] = [
  ...cbcAnalytes,
  ...metabolicAnalytes,
  ...liverAnalytes,
  ...lipidAnalytes,
  ...endocrineAnalytes,
  ...hormoneAnalytes,
  ...ironAnalytes,
  ...vitaminAnalytes,
  ...mineralAnalytes,
  ...pancreasAnalytes,
  ...coagulationAnalytes,
  ...cardiacAnalytes,
  ...inflammationAnalytes,
  ...urinalysisAnalytes,
  ...urineProteinAnalytes,
  ...stoolAnalytes,
  ...cultureAnalytes,
  ...parasiteAnalytes,
  ...hivAnalytes,
  ...hepatitisAnalytes,
  ...stiAnalytes,
  ...cytologyAnalytes,
  ...respiratoryAnalytes,
  ...drugLevelAnalytes,
  ...otherAnalytes,
];

export const starterPanels: PanelInput[] = [
  ...cbcPanels,
  ...metabolicPanels,
  ...liverPanels,
  ...lipidPanels,
  ...endocrinePanels,
  ...hormonePanels,
  ...ironPanels,
  ...vitaminPanels,
  ...mineralPanels,
  ...pancreasPanels,
  ...coagulationPanels,
  ...cardiacPanels,
  ...inflammationPanels,
  ...urinalysisPanels,
  ...urineProteinPanels,
  ...stoolPanels,
  ...culturePanels,
  ...parasitePanels,
  ...hivPanels,
  ...hepatitisPanels,
  ...stiPanels,
  ...cytologyPanels,
  ...respiratoryPanels,
  ...drugLevelPanels,
  ...otherPanels,
];
