from .change import in_register as in_register
from .change import traced as traced
from .knee import write_overlay as write_overlay
