"""What other programs, and finance, call the keys and the families of a scenario."""

# By our name, written small and without "_", as what is compared is.
OTHER_NAMES = {
    "low": ("min", "minimum", "lower", "lowerbound"),
    "high": ("max", "maximum", "upper", "upperbound"),
    "mode": ("mostlikely", "likely"),
    "mean": ("mu", "average", "expected"),
    "sd": ("sigma", "std", "stdev", "stddev", "standarddeviation"),
    "alpha": ("a",),
    "beta": ("b",),
    "shape": ("k",),
    "scale": ("theta",),
    "weights": ("probabilities", "probs"),
    "degrees_of_freedom": ("df", "nu", "dof"),
    "distribution": ("dist", "type", "family"),
    "source": ("reference", "ref", "citation"),
    "extends": ("base", "parent", "inherits"),
    "chance": ("probability", "prob"),
    "quarter": ("date", "when"),
    "normal": ("gaussian", "gauss", "norm"),
    "student_t": ("t", "student"),
    "triangular": ("triangle", "triang", "tri"),
    "pert": ("betapert",),
    "scipy.expon": ("exponential", "exp"),
    "scipy.weibull_min": ("weibull",),
    "scipy.binom": ("binomial",),
    "scipy.nbinom": ("negativebinomial", "negbinom"),
    "scipy.geom": ("geometric",),
}
OURS = {other: name for name, others in OTHER_NAMES.items() for other in others}
# Alike in letters, and another thing.
NOT_MEANT = {("median", "mean"), ("pearson", "spearman")}
