"""Words and codes for parts of the body, views and sides: English, German, French; upper case."""

import re


def words_in(text: str) -> tuple[str, ...]:
    """Upper-case words of free text or of a code string, without punctuation: 'Knee_AP (L)' → KNEE AP L."""
    plain = re.sub(r"\b\w['\u2019]|\bR/O\b", " ", text.upper())  # l'articulation, r/o fracture: no sides
    return tuple(re.findall(r"[^\W\d_]+", plain))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# BodyPartExamined and descriptions; docs/choices-intake.md#body-part
KNEE_WORDS = _words(
    "KNEE KNEES KNIE KNIEGELENK KNIEGELENKE GENOU GENOUX RODILLA GINOCCHIO LKNEE RKNEE KNEELT KNEERT"
)
LOWER_LIMB_WORDS = _words(
    "LEG LEGS LOWERLEG UPPERLEG LOWEREXTREMITY LOWERLIMB LEXT FEMUR TIBIA FIBULA TIBIAFIBULA TIBFIB TIB FIB "
    "THIGH CALF PATELLA BEIN UNTERSCHENKEL JAMBE"
)
OTHER_PARTS = _words(
    "CHEST THORAX LUNG LUNGS RIB RIBS STERNUM ABDOMEN PELVIS HIP HIPS HAND HANDS WRIST FINGER FINGERS THUMB "
    "FOREARM ELBOW HUMERUS SHOULDER CLAVICLE SCAPULA FOOT ANKLE TOE TOES HEEL CALCANEUS SPINE CSPINE TSPINE "
    "LSPINE SSPINE CERVICAL THORACIC LUMBAR SACRUM COCCYX SKULL SINUS SINUSES MANDIBLE JAW TEETH BREAST ULNA "
    "WHOLEBODY BRUSTKORB BECKEN HÜFTE HÜFTGELENK HANDGELENK SCHULTER ELLENBOGEN FUSS FUSSGELENK "
    "SPRUNGGELENK WIRBELSÄULE SCHÄDEL POUMON BASSIN HANCHE POIGNET ÉPAULE COUDE PIED CHEVILLE RACHIS "
    "CRÂNE"
)
# clear as a coded body part, ambiguous in a sentence ("fibular head", "6 feet", "main view")
OTHER_PARTS_AS_CODE_ONLY = _words(
    "HEAD NECK ARM ARMS UPPERARM UPPEREXTREMITY UPPERLIMB BRAIN NOSE EYE FACE FEET HEART MAIN RADIUS ORBIT "
    "CSPINE TOOTH"
)

# ViewPosition, view codes, descriptions; docs/choices-intake.md#view
LATERAL_WORDS = _words(
    "LATERAL LAT LATERALLY MEDIOLATERAL LATEROMEDIAL SEITLICH SEITL PROFIL LATERALE LATÉRAL LATÉRALE "
    "TRANSLATERAL XTABLE"
)
SKYLINE_WORDS = _words(
    "SKYLINE SUNRISE SUNSET MERCHANT LAURIN TANGENTIAL TANGENTIELL AXIAL AXIALE SETTEGAST HUGHSTON"
)
OBLIQUE_WORDS = _words("OBLIQUE OBLIQUES SCHRÄG OBLIQ")
FRONTAL_WORDS = _words(
    "AP PA ANTEROPOSTERIOR POSTEROANTERIOR ANTERIOR POSTERIOR FRONTAL FRONT FACE ROSENBERG SCHUSS"
)
LATERAL_POSITIONS = _words("LL RL LAT LATERAL LLAT RLAT ML LM MLO")
SKYLINE_POSITIONS = _words("AXIAL AX SKYLINE SUNRISE MERCHANT TANGENTIAL TAN TANG LAURIN")
OBLIQUE_POSITIONS = _words("LLO RLO LAO RAO LPO RPO OBL OBLIQUE")

# docs/choices-intake.md#projection
PROJECTIONS = _words("AP PA")
FLEXIONS = {
    "flexed": _words("FLEX FLEXED FLEXION SEMIFLEXED SYNAFLEXER ROSENBERG SCHUSS LYON TUNNEL"),
    "extended": _words("EXTENDED EXTENSION STRAIGHT"),
}

# docs/choices-intake.md#side
LEFT_WORDS = _words("L LT LEFT LEFTKNEE LKNEE KNEELT LINKS LINKE LINKES LINKER GAUCHE")
RIGHT_WORDS = _words("R RT RIGHT RIGHTKNEE RKNEE KNEERT RECHTS RECHTE RECHTES RECHTER DROIT DROITE")
BOTH_WORDS = _words(
    "BILATERAL BILAT BILATERALLY BOTH BEIDE BEIDER BEIDSEITS BDS BEIDSEITIG BILATÉRAL BILATÉRALE "
    "BILATERALE DEUX KNEES"
)
# abbreviations that mean a side only next to the knee in the same language
LEFT_NEXT_TO = {"LI": "KNIE", "LK": "KNIE", "G": "GENOU", "GCHE": "GENOU"}
RIGHT_NEXT_TO = {"RE": "KNIE", "D": "GENOU", "DTE": "GENOU"}

# names of modalities often given by mistake, PS3.3 C.7.3.1.1.1
RADIOGRAPHS = _words("CR DX RG OT SC XR") | {""}
MODALITY_NAMES = {
    "CT": "a CT image",
    "MR": "an MR image",
    "US": "an ultrasound image",
    "PT": "a PET image",
    "NM": "a nuclear medicine image",
    "MG": "a mammogram",
    "XA": "an angiogram",
    "RF": "a fluoroscopy image",
    "XC": "a photograph",
    "ES": "an endoscopy image",
    "SM": "a microscopy image",
    "IO": "a dental radiograph",
    "PX": "a panoramic dental radiograph",
    "DXA": "a bone densitometry image",
    "BMD": "a bone densitometry record",
    "DOC": "a document",
    "SR": "a structured report",
    "PR": "a presentation state",
    "KO": "a key object note",
    "SEG": "a segmentation",
    "ECG": "an ECG",
    "RTIMAGE": "a radiotherapy image",
    "RTDOSE": "a radiotherapy dose",
    "RTPLAN": "a radiotherapy plan",
    "RTSTRUCT": "a radiotherapy structure set",
}
