"""The words whose embeddings are recorded: a kind, then its words."""

GROUPS = {
    "animal": (
        "animal dog cat horse cow sheep pig lion tiger bear wolf fox rabbit mouse "
        "bird eagle fish shark snake frog"
    ),
    "colour": "red blue green yellow orange purple black white brown grey pink",
    "day": "monday tuesday wednesday thursday friday saturday sunday",
    "month": (
        "january february april june july august september october november december"
    ),
    "season": "spring summer autumn winter",
    "number": (
        "one two three four five six seven eight nine ten twenty hundred thousand "
        "million"
    ),
    "country": (
        "france germany spain italy china japan india brazil canada mexico russia "
        "egypt poland sweden turkey kenya"
    ),
    "city": (
        "paris berlin madrid rome beijing tokyo delhi london moscow cairo warsaw "
        "stockholm istanbul nairobi"
    ),
    "language": "french german spanish italian chinese japanese english russian latin",
    "family": (
        "mother father sister brother daughter son aunt uncle wife husband child baby"
    ),
    "person": "man woman boy girl king queen prince princess lady gentleman",
    "job": (
        "teacher doctor nurse lawyer farmer soldier actor singer writer painter "
        "engineer judge"
    ),
    "body": "head hand foot arm leg eye ear nose mouth heart blood bone",
    "food": (
        "bread butter cheese milk meat rice apple banana lemon sugar salt soup cake "
        "coffee tea wine beer"
    ),
    "vehicle": "car bus train bicycle boat ship plane truck",
    "clothes": "shirt dress coat hat shoe boots trousers skirt",
    "house": "house room kitchen bedroom door window wall roof floor garden",
    "furniture": "table chair bed desk sofa lamp",
    "weather": "rain snow wind storm cloud sun fog ice",
    "nature": "river lake sea mountain forest tree flower grass island desert",
    "material": "gold silver iron steel wood stone glass paper",
    "music": "music song guitar piano violin drum flute trumpet",
    "sport": "football tennis basketball hockey cricket golf rugby swimming",
    "school": (
        "school university student lesson book pencil science mathematics history"
    ),
    "computer": "computer software internet keyboard screen program data code",
    "feeling": "happy sad angry afraid proud tired bored surprised",
    "movement": "walk run jump swim fly climb fall ride",
    "speech": "say tell speak talk ask answer shout whisper",
    "past": "walked ran jumped swam flew climbed fell said told spoke talked asked",
    "size": "big large small tiny huge little long short wide narrow",
    "quality": "good bad better worse best worst hot cold warm cool fast slow",
    "time": "second minute hour day week month year century",
    "place": "street road bridge market church hospital station bank shop",
    "function": "the a of and in because it was too not",
}
