/* The engine's model in C: the practical limit that the numba kernels are compared with.

   `c_lab.py` compiles this file behind a header of its own, which it makes of `simulate/kernels`:
   the structs Draws, Tables, Schedule, Points and Tally with the fields of their Python namesakes,
   enums of the rows (LAB_..., SEGMENT_..., METRIC_..., HIT_...) and the tally's constants.

   A thread takes a block of paths through all quarters before it takes the next, so that their
   state stays in cache, and a stage of a quarter is one loop over them, which the compiler turns
   into full vectors. Conditions are bits of one word for the whole block. */

#include <immintrin.h>
#include <math.h>
#include <string.h>

#define WIDTH 64 /* paths of a block, and bits of a word */
#define MAX_SEGMENTS 8
#define MAX_QUARTERS 400
#define MAX_INPUTS 256
#define IN_ORDER for (int i = 0; i < WIDTH; i++)
/* Paths don't touch one another's places, which the compiler can't always see. */
#define EACH _Pragma("GCC ivdep") IN_ORDER
#define ALL_PATHS (~0ull)
#define LN_2 0.6931471805599453

#define ALIGNED __attribute__((aligned(64)))

typedef double Row[WIDTH] ALIGNED;
typedef float NarrowRow[WIDTH] ALIGNED;
typedef uint32_t WordRow[WIDTH] ALIGNED;

typedef struct {
    Row revenue, excess, decay, plateau, loss_threshold, loss_scale, unit_cost, per_market;
    Row unadopted, adoption_decay;
} Level;

enum { REVENUE, EBITDA, CASH_FLOW, TRAINING, INFERENCE, PAYING_BILL, PAYING_COST, PARTNER_SHARE, FREE_COST, FLOWS };

/* The definitions of gross margin: metrics that come last, and pairs of hitting times that come first. */
enum { MARGINS = METRIC_ROWS - METRIC_MARGIN_INFERENCE, WATCHED };

/* What a period draws beside its inputs. */
enum { OVERRUN, DRIFT, DEVIATIONS };

#define IN_PIECES 0.0 /* the density of a table that is made of pieces */
#define SCORE_LIMIT 6.5
#define SMALLEST_LOG_SIZE -6.907755278982137

typedef struct {
    Row lab[LAB_ROWS];
    Row segment[MAX_SEGMENTS][SEGMENT_ROWS];
    Row extra[MAX_INPUTS]; /* hardware, funding rounds, then base quarters */
    Level level[MAX_SEGMENTS];
    Row past[4][FLOWS];
    Row metrics[METRIC_ROWS];
    Row demand, users, per_ceiling, overrun, drift_factor, drift, given[DEVIATIONS];
    Row reference, per_reference, shock_scale, log_base_size, log_revenue;
    Row gain_rate, free_gain_rate, gain_decay, gain, free_gain;
    Row plan, training_excess, training_decay, jump_threshold, jump_scale;
    Row fixed_growth, fixed_cost, losses, cash, cumulative, need, previous;
    Row revenue, bill, free_bill, depreciation, spending, kept, jump, mixed, shock;
    NarrowRow raw[MAX_INPUTS], score;
    WordRow bins, times[HIT_ROWS];
    uint64_t met[WATCHED][MAX_QUARTERS], below[MAX_QUARTERS], done[HIT_ROWS];
} Lanes;

typedef struct {
    const Draws *draws;
    const Tables *tables;
    const Schedule *schedule;
    const double *certain; /* a value for every row of the inputs */
    int64_t rows, purchases, rounds, segments, inputs;
    double share_of_revenue; /* of all segments */
} Lab;

/* Elementary functions: the same polynomials as vector_math.py. */

static inline int64_t bits_of(double x) { int64_t b; memcpy(&b, &x, 8); return b; }
static inline double of_bits(int64_t b) { double x; memcpy(&x, &b, 8); return x; }
static inline int32_t bits_of_float(float x) { int32_t b; memcpy(&b, &x, 4); return b; }
static inline float float_of_bits(int32_t b) { float x; memcpy(&x, &b, 4); return x; }
static inline double at_least(double a, double b) { return a > b ? a : b; }
static inline double at_most(double a, double b) { return a < b ? a : b; }

#define ROUNDING 6755399441055744.0
#define ROUNDING_BITS 0x4338000000000000ll

static inline double fast_exp(double x)
{
    x = at_most(at_least(x, -700.0), 700.0);
    double shifted = x * 1.4426950408889634 + ROUNDING;
    double k = shifted - ROUNDING;
    double r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10;
    double p = 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    /* The low bits of `shifted` are k; the rest of them leaves by the shift. */
    return p * of_bits((int64_t)((uint64_t)(bits_of(shifted) + 1023) << 52));
}

static inline double fast_log(double x)
{
    const int64_t half = 0x3fe6a09e667f3bcd; /* sqrt(1/2) */
    int64_t bits = bits_of(x);
    /* Unsigned, since AVX2 has no arithmetic shift of 64-bit numbers. */
    uint64_t biased = (uint64_t)(bits - half + (1024ll << 52));
    int64_t k = (int64_t)(biased >> 52) - 1024;
    double m = of_bits(bits - (int64_t)((uint64_t)k << 52));
    double exponent = of_bits(k + ROUNDING_BITS) - ROUNDING;
    double f = m - 1.0, s = f / (2.0 + f), z = s * s;
    double p = 2.0 / 21.0;
    p = p * z + 2.0 / 19.0;
    p = p * z + 2.0 / 17.0;
    p = p * z + 2.0 / 15.0;
    p = p * z + 2.0 / 13.0;
    p = p * z + 2.0 / 11.0;
    p = p * z + 2.0 / 9.0;
    p = p * z + 2.0 / 7.0;
    p = p * z + 2.0 / 5.0;
    p = p * z + 2.0 / 3.0;
    return exponent * 0.6931471803691238 + (f - (s * (f - z * p) - exponent * 1.9082149292705877e-10));
}

static inline float fast_log_float(float x)
{
    int32_t bits = bits_of_float(x);
    int32_t k = (bits - 0x3f3504f3) >> 23;
    float m = float_of_bits(bits - (int32_t)((uint32_t)k << 23));
    float f = m - 1.0f, s = f / (2.0f + f), z = s * s;
    float p = 0.22222222f;
    p = p * z + 0.28571429f;
    p = p * z + 0.4f;
    p = p * z + 0.66666667f;
    return (float)k * 0.69314718f + (f - s * (f - z * p));
}

static inline float normal_score(uint32_t bits)
{
    uint32_t edge = bits < ~bits ? bits : ~bits;
    float distance = ((float)(int32_t)edge + 0.5f) * 0x1p-32f;
    float x = ((float)(int32_t)(bits ^ 0x80000000u) + 0.5f) * 0x1p-31f;
    float w = -fast_log_float(4.0f * (distance * (1.0f - distance)));
    float c = w - 2.5f;
    float p = 4.03542864e-08f;
    p = p * c + 4.86103469e-07f;
    p = p * c - 4.99056103e-06f;
    p = p * c - 6.21798767e-06f;
    p = p * c + 0.000309150187f;
    p = p * c - 0.00177301017f;
    p = p * c - 0.00590817095f;
    p = p * c + 0.34880266f;
    p = p * c + 2.12331357f;
    float t = sqrtf(w > 5.0f ? w : 5.0f) - 3.5f;
    float q = -1.53443584e-05f;
    q = q * t - 0.000256580034f;
    q = q * t + 0.000835454134f;
    q = q * t - 0.00105652364f;
    q = q * t + 0.00138706566f;
    q = q * t - 0.00287575666f;
    q = q * t + 0.00467328515f;
    q = q * t + 1.4246302f;
    q = q * t + 4.71708759f;
    return (w < 5.0f ? p : q) * x;
}

/* The compiler has no loop for this: bit i says whether value[i] < level. */
static inline uint64_t bits_below(const double *value, double level)
{
    uint64_t mask = 0;
#if defined(__AVX512F__)
    for (int i = 0; i < WIDTH; i += 8)
        mask |= (uint64_t)_mm512_cmp_pd_mask(_mm512_load_pd(value + i), _mm512_set1_pd(level), _CMP_LT_OQ) << i;
#elif defined(__AVX__)
    for (int i = 0; i < WIDTH; i += 4)
        mask |= (uint64_t)_mm256_movemask_pd(_mm256_cmp_pd(_mm256_load_pd(value + i), _mm256_set1_pd(level), _CMP_LT_OQ)) << i;
#else
    IN_ORDER mask |= (uint64_t)(value[i] < level) << i;
#endif
    return mask;
}

/* Draws */

typedef struct { const uint32_t *low, *base; } Block; /* one block's points */

static inline uint32_t word(Block block, int64_t dimension, int i)
{
    return block.low[dimension * WIDTH + i] ^ block.base[dimension];
}

static void scores(Block block, int64_t dimension, float *restrict out)
{
    const uint32_t *restrict low = block.low + dimension * WIDTH;
    uint32_t base = block.base[dimension];
    EACH out[i] = normal_score(low[i] ^ base);
}

static inline double cubic(const double *c, double f) { return c[0] + f * (c[1] + f * (c[2] + f * c[3])); }

/* A piece's row of the layout, by bisection: the last one that starts below the score. */
static inline int64_t piece_at(const Tables *tables, const double *layout, double score)
{
    int64_t row = (int64_t)layout[0], after = row + (int64_t)layout[1];
    while (after - row > 1) {
        int64_t middle = (row + after) / 2;
        if (tables->layout[TABLE_COLUMNS * middle + 3] < score) row = middle;
        else after = middle;
    }
    return row;
}

static inline double quantile(const Tables *tables, int64_t table, double score)
{
    const double *layout = tables->layout + TABLE_COLUMNS * table;
    if (layout[2] == IN_PIECES) layout = tables->layout + TABLE_COLUMNS * piece_at(tables, layout, score);
    double position = at_most(at_least((score - layout[3]) * layout[2], 0.0), layout[1] - 1e-9);
    int32_t cell = (int32_t)position;
    return cubic(tables->coefficients + 4 * ((int64_t)layout[0] + cell), position - cell);
}

static void look_up(const Tables *tables, int64_t table, const double *score, double *out)
{
    const double *layout = tables->layout + TABLE_COLUMNS * table;
    const double *first = tables->coefficients + 4 * (int64_t)layout[0];
    double density = layout[2], last = layout[1] - 1e-9;
    int32_t cell[WIDTH] ALIGNED;
    Row fraction;
    if (density == IN_PIECES) {
        IN_ORDER out[i] = quantile(tables, table, score[i]);
        return;
    }
    EACH {
        double position = at_most(at_least((score[i] + SCORE_LIMIT) * density, 0.0), last);
        cell[i] = (int32_t)position;
        fraction[i] = position - cell[i];
    }
    EACH out[i] = cubic(first + 4 * cell[i], fraction[i]);
}

/* Each path's own table, that of the alternative it lives in. */
static void look_up_by_alternative(const Tables *tables, const int64_t *table, const double *restrict alternative,
                                   const double *restrict score, double *restrict out)
{
    IN_ORDER out[i] = quantile(tables, table[(int)alternative[i]], score[i]);
}

static const double *mixing_line(const Draws *draws, int64_t j)
{
    return draws->mixing + j * (draws->input_row_size + DEVIATIONS);
}

static void mix(const double *line, int64_t count, const NarrowRow *raw, double *restrict out)
{
    EACH out[i] = 0.0;
    for (int64_t k = 0; k < count; k++) {
        double weight = line[k];
        if (weight != 0.0)
            EACH out[i] += weight * raw[k][i];
    }
}

/* A shock of unit variance, normal or with fat tails. */
static void shock(const Lab *lab, Block block, int64_t dimension, Lanes *restrict s)
{
    scores(block, dimension, s->score);
    EACH s->shock[i] = s->score[i];
    if (lab->draws->shock_table >= 0) look_up(lab->tables, lab->draws->shock_table, s->shock, s->shock);
}

static Row *input(Lanes *s, const Lab *lab, int64_t row)
{
    if (row < LAB_ROWS) return &s->lab[row];
    row -= LAB_ROWS;
    if (row < lab->segments * SEGMENT_ROWS) return &s->segment[row / SEGMENT_ROWS][row % SEGMENT_ROWS];
    return &s->extra[row - lab->segments * SEGMENT_ROWS];
}

static void draw_inputs(const Lab *lab, Block block, Lanes *restrict s)
{
    const Draws *draws = lab->draws;
    int64_t columns = lab->inputs ? draws->input_table_size / lab->inputs : 0;
    for (int64_t j = 0; j < lab->inputs; j++) scores(block, draws->input_coordinate[j], s->raw[j]);
    for (int64_t j = 0; j < lab->inputs; j++) {
        const int64_t *table = draws->input_table + j * columns;
        double *out = *input(s, lab, draws->input_row[j]);
        /* The mixing matrix is triangular. */
        mix(mixing_line(draws, j), j + 1, s->raw, s->mixed);
        if (draws->by_alternative[j]) look_up_by_alternative(lab->tables, table, s->lab[LAB_ALTERNATIVE], s->mixed, out);
        else look_up(lab->tables, table[0], s->mixed, out);
    }
    for (int j = 0; j < DEVIATIONS; j++) mix(mixing_line(draws, lab->inputs + j), lab->inputs, s->raw, s->given[j]);
}

/* What arrives is rare: collect the lanes where it does, and draw sizes a vector at a time. */
static void arrive(const Lab *lab, Block block, int64_t dimension, int64_t table,
                   const double *restrict threshold, const double *restrict scale, double sign,
                   double *restrict out)
{
    int lane[WIDTH], come = 0;
    WordRow within;
    NarrowRow score;
    Row position;
    EACH position[i] = (double)word(block, dimension, i) + 0.5 - threshold[i];
    uint64_t mask = bits_below(position, 0.0);
    EACH out[i] = sign < 0.0 ? 1.0 : 0.0;
    for (; mask; mask &= mask - 1) {
        int i = __builtin_ctzll(mask);
        within[come] = (uint32_t)(((double)word(block, dimension, i) + 0.5) * scale[i]);
        lane[come++] = i;
    }
    for (int first = 0; first < come; first += 8)
        for (int i = 0; i < 8; i++) score[first + i] = normal_score(within[first + i]);
    for (int i = 0; i < come; i++) out[lane[i]] += sign * quantile(lab->tables, table, score[i]);
}

/* A path's beginning */

static inline double quarterly_decay(double half_life) { return fast_exp(-LN_2 / (4.0 * half_life)); }

/* An arrival's chance as a threshold of the 32-bit word, and what spreads the words below over all. */
static void arrival_thresholds(const double *restrict rate, double *restrict threshold, double *restrict scale)
{
    EACH {
        double chance = 1.0 - fast_exp(-rate[i] / 4.0);
        threshold[i] = chance * 0x1p32;
        scale[i] = 1.0 / at_least(chance, 1e-300);
    }
}

/* The rows of the base quarters come last. */
static Row *base_quarter(Lanes *s, const Lab *lab, int quarter)
{
    return input(s, lab, lab->rows - (4 - quarter) * BASEQUARTER_ROWS);
}

static void start_segment(const Lab *lab, int64_t k, Lanes *restrict s)
{
    Row *x = s->segment[k];
    Level *level = &s->level[k];
    double share = lab->schedule->share_of_revenue[k], *last = base_quarter(s, lab, 3)[BASEQUARTER_REVENUE];
    EACH {
        double half_life = x[SEGMENT_GROWTH_HALF_LIFE][i];
        level->revenue[i] = share * last[i];
        level->unadopted[i] = 1.0;
        level->excess[i] = (x[SEGMENT_GROWTH_INITIAL][i] - x[SEGMENT_GROWTH_LASTING][i])
            * fast_exp(-LN_2 * x[SEGMENT_GROWTH_AGE][i] / half_life);
        level->decay[i] = quarterly_decay(half_life);
        level->plateau[i] = 4.0 * x[SEGMENT_GROWTH_PLATEAU][i];
        level->unit_cost[i] = x[SEGMENT_INFERENCE_COST][i] * (1.0 + s->lab[LAB_BASE_OVERRUN][i]);
        level->per_market[i] = 4.0 / x[SEGMENT_MARKET][i];
    }
    if (lab->schedule->from_free_users[k])
        EACH level->adoption_decay[i] = quarterly_decay(x[SEGMENT_ADOPTION_HALF_LIFE][i]);
    if (lab->draws->client_loss_slot[k] >= 0)
        arrival_thresholds(x[SEGMENT_CLIENT_LOSS_RATE], level->loss_threshold, level->loss_scale);
}

static void start_lab(const Lab *lab, Lanes *restrict s)
{
    Row *x = s->lab, *last = base_quarter(s, lab, 3);
    int is_net = lab->schedule->gain_is_net != 0;
    EACH {
        s->demand[i] = x[LAB_DEMAND_INITIAL][i];
        s->overrun[i] = s->drift[i] = s->gain[i] = s->free_gain[i] = 0.0;
        s->cumulative[i] = s->need[i] = 0.0;
        s->users[i] = x[LAB_FREE_USERS][i];
        s->per_ceiling[i] = 1.0 / x[LAB_FREE_USER_CEILING][i];
        s->losses[i] = x[LAB_LOSSES_CARRIED_FORWARD][i];
        s->cash[i] = x[LAB_OPENING_CASH][i];
        s->fixed_cost[i] = 0.25 * x[LAB_FIXED_COST][i];
        s->plan[i] = last[BASEQUARTER_TRAINING][i];
        s->shock_scale[i] = 1.0;
        s->log_revenue[i] = 0.0;
        s->per_reference[i] = 1.0 / s->reference[i];
        s->log_base_size[i] = fast_log(0.4 * s->reference[i]); /* in units of 10 billion a year */
    }
    EACH {
        double gain = x[LAB_EFFICIENCY_GAIN][i] - x[LAB_PRICE_EROSION][i];
        s->gain_rate[i] = 0.25 * (is_net ? x[LAB_NET_GAIN][i] : gain);
        s->free_gain_rate[i] = 0.25 * (x[LAB_EFFICIENCY_GAIN][i] - x[LAB_FREE_USAGE_GROWTH][i]);
        s->training_excess[i] = x[LAB_TRAINING_GROWTH_INITIAL][i] - x[LAB_TRAINING_GROWTH_LASTING][i];
    }
    EACH s->gain_decay[i] = quarterly_decay(x[LAB_CATCH_UP_HALF_LIFE][i]);
    EACH s->training_decay[i] = quarterly_decay(x[LAB_TRAINING_GROWTH_HALF_LIFE][i]);
    EACH s->fixed_growth[i] = fast_exp(0.25 * x[LAB_FIXED_COST_GROWTH][i]);
    arrival_thresholds(x[LAB_GENERATION_RATE], s->jump_threshold, s->jump_scale);
    memset(s->done, 0, sizeof s->done);
}

/* The lab's revenue of a base quarter: the segments' shares of it may sum to less than all. */
static void base_revenue(const Lab *lab, int quarter, Lanes *s, double *restrict out)
{
    double *revenue = base_quarter(s, lab, quarter)[BASEQUARTER_REVENUE];
    EACH out[i] = lab->share_of_revenue * revenue[i];
}

/* Before the horizon nothing is taxed or funded. */
static void live_base_quarter(const Lab *lab, int quarter, Lanes *restrict s)
{
    Row *x = s->lab, *flow = s->past[quarter], *base = base_quarter(s, lab, quarter);
    EACH s->bill[i] = 0.0;
    for (int64_t k = 0; k < lab->segments; k++) {
        double share = lab->schedule->share_of_revenue[k];
        EACH s->bill[i] += share * base[BASEQUARTER_REVENUE][i] * base[BASEQUARTER_COST][i] * s->level[k].unit_cost[i];
    }
    base_revenue(lab, quarter, s, s->revenue);
    EACH {
        double revenue = s->revenue[i], training = base[BASEQUARTER_TRAINING][i];
        double free = 0.25 * s->users[i] * x[LAB_FREE_USER_COST][i];
        double paying = s->bill[i] + x[LAB_OTHER_SALES_COST][i] * revenue;
        double other = s->fixed_cost[i] + x[LAB_VARIABLE_COST][i] * revenue;
        double ebitda = revenue - paying - free - training - other;
        flow[REVENUE][i] = revenue;
        flow[EBITDA][i] = ebitda;
        flow[CASH_FLOW][i] = ebitda + x[LAB_STOCK_PAY][i] * other
            - x[LAB_OTHER_CAPITAL_SPENDING][i] * revenue
            - x[LAB_WORKING_CAPITAL][i] * 4.0 * (revenue - s->previous[i]);
        flow[TRAINING][i] = training;
        flow[INFERENCE][i] = s->bill[i] + free;
        flow[PAYING_BILL][i] = s->bill[i];
        flow[PAYING_COST][i] = paying;
        flow[PARTNER_SHARE][i] = x[LAB_PARTNER_SHARE][i] * revenue;
        flow[FREE_COST][i] = free;
        s->previous[i] = revenue;
    }
}

/* A quarter */

/* Given a path's inputs, its deviations from plan are independent from period to period. */
static void deviate(const Lab *lab, int which, int64_t table, Lanes *restrict s)
{
    const double *own = mixing_line(lab->draws, lab->inputs + which) + lab->inputs;
    NarrowRow *raw = s->raw + lab->inputs;
    EACH s->mixed[i] = s->given[which][i] + own[OVERRUN] * raw[OVERRUN][i] + own[DRIFT] * raw[DRIFT][i];
    look_up(lab->tables, table, s->mixed, s->mixed);
}

static void begin_period(const Lab *lab, Block block, int64_t period, Lanes *restrict s)
{
    const Draws *draws = lab->draws;
    Row *x = s->lab;
    for (int j = 0; j < DEVIATIONS; j++)
        scores(block, draws->first_deviation + DEVIATIONS * period + j, s->raw[lab->inputs + j]);
    deviate(lab, OVERRUN, draws->overrun_table, s);
    EACH s->overrun[i] = x[LAB_OVERRUN_CARRIED][i] * s->overrun[i] + fast_log(1.0 + s->mixed[i]);
    deviate(lab, DRIFT, draws->drift_table, s);
    EACH {
        s->drift[i] = x[LAB_TRAINING_DRIFT_CARRIED][i] * s->drift[i] + fast_log(1.0 + s->mixed[i]);
        s->drift_factor[i] = fast_exp(s->drift[i]);
    }
}

static void grow_segment(const Lab *lab, Block block, int quarter, int64_t k, Lanes *restrict s)
{
    const Draws *draws = lab->draws;
    const Schedule *schedule = lab->schedule;
    Row *x = s->segment[k];
    Level *level = &s->level[k];
    int64_t first = draws->first_quarter + quarter * draws->per_quarter;
    if (quarter < schedule->segment_start[k]) return;
    if (quarter == schedule->segment_start[k])
        EACH level->revenue[i] = schedule->from_free_users[k] ? 1.0 : 0.25 * x[SEGMENT_STARTING_REVENUE][i];
    shock(lab, block, first + draws->segment_slot[k], s);
    EACH {
        double left = at_least(0.0, 1.0 - level->revenue[i] * level->per_market[i]);
        double growth = (x[SEGMENT_GROWTH_LASTING][i] + level->excess[i]) * left;
        double own = x[SEGMENT_VOLATILITY][i] * s->shock_scale[i] * s->shock[i];
        level->revenue[i] *= fast_exp(0.25 * growth + s->demand[i] + own);
        level->plateau[i] -= 1.0;
        level->excess[i] *= level->plateau[i] < 0.0 ? level->decay[i] : 1.0;
    }
    if (draws->client_loss_slot[k] >= 0) {
        arrive(lab, block, first + draws->client_loss_slot[k], draws->client_loss_table[k],
               level->loss_threshold, level->loss_scale, -1.0, s->kept);
        EACH level->revenue[i] *= s->kept[i];
    }
    double kept = schedule->kept[k * schedule->quarters + quarter];
    if (kept != 1.0) EACH level->revenue[i] *= kept;
    if (schedule->from_free_users[k])
        EACH {
            level->unadopted[i] *= level->adoption_decay[i];
            double earned = 0.25 * level->revenue[i] * s->users[i] * x[SEGMENT_REVENUE_PER_USER][i]
                * (1.0 - level->unadopted[i]);
            s->revenue[i] += earned;
            s->bill[i] += earned * level->unit_cost[i];
        }
    else
        EACH {
            s->revenue[i] += level->revenue[i];
            s->bill[i] += level->revenue[i] * level->unit_cost[i];
        }
}

static void serve_from_own_hardware(const Lab *lab, int quarter, Lanes *restrict s)
{
    const Schedule *schedule = lab->schedule;
    for (int64_t j = 0; j < lab->purchases; j++) {
        Row *x = s->extra + j * HARDWARE_ROWS;
        int64_t place = j * schedule->quarters + quarter;
        double service = 0.25 * schedule->in_service[place];
        double spending = schedule->spending[place], depreciation = schedule->depreciation[place];
        EACH {
            double served = at_most(s->bill[i], x[HARDWARE_RENT_REPLACED][i] * service);
            s->bill[i] -= x[HARDWARE_SAVING][i] * served;
            s->depreciation[i] += x[HARDWARE_AMOUNT][i] * depreciation;
            s->spending[i] += x[HARDWARE_AMOUNT][i] * spending;
        }
    }
}

static void earn(const Lab *lab, Block block, int quarter, Lanes *restrict s)
{
    const Draws *draws = lab->draws;
    Row *x = s->lab;
    /* Larger firms' growth varies less. */
    if (lab->schedule->size_matters)
        EACH {
            double log_size = at_least(s->log_base_size[i] + s->log_revenue[i], SMALLEST_LOG_SIZE);
            s->shock_scale[i] = fast_exp(-x[LAB_SIZE_EXPONENT][i] * log_size);
        }
    shock(lab, block, draws->first_quarter + quarter * draws->per_quarter, s);
    EACH {
        double volatility = x[LAB_DEMAND_VOLATILITY][i] * s->shock_scale[i];
        s->demand[i] = x[LAB_DEMAND_PERSISTENCE][i] * s->demand[i] + volatility * s->shock[i];
        double room = at_least(0.0, 1.0 - s->users[i] * s->per_ceiling[i]);
        s->users[i] *= 1.0 + 0.25 * x[LAB_FREE_USER_GROWTH][i] * room;
        s->revenue[i] = s->bill[i] = 0.0;
    }
    for (int64_t k = 0; k < lab->segments; k++) grow_segment(lab, block, quarter, k, s);
}

static void bill(Lanes *restrict s)
{
    Row *x = s->lab;
    EACH {
        s->gain[i] += s->gain_rate[i];
        s->free_gain[i] += s->free_gain_rate[i];
        s->gain_rate[i] *= s->gain_decay[i];
        s->free_gain_rate[i] *= s->gain_decay[i];
        s->bill[i] *= fast_exp(s->overrun[i] - s->gain[i]);
        s->free_bill[i] = 0.25 * s->users[i] * x[LAB_FREE_USER_COST][i] * fast_exp(s->overrun[i] - s->free_gain[i]);
        s->spending[i] = x[LAB_OTHER_CAPITAL_SPENDING][i] * s->revenue[i];
        s->depreciation[i] = 0.0;
    }
}

static void spend(const Lab *lab, Block block, int quarter, Lanes *restrict s)
{
    const Draws *draws = lab->draws;
    Row *x = s->lab, *flow = s->past[quarter % 4];
    if (draws->generation_slot >= 0)
        arrive(lab, block, draws->first_quarter + quarter * draws->per_quarter + draws->generation_slot,
               draws->generation_table, s->jump_threshold, s->jump_scale, 1.0, s->jump);
    EACH {
        double revenue = s->revenue[i];
        double paying = s->bill[i] + x[LAB_OTHER_SALES_COST][i] * revenue + s->depreciation[i];
        s->plan[i] *= fast_exp(0.25 * (x[LAB_TRAINING_GROWTH_LASTING][i] + s->training_excess[i]))
            * (1.0 + s->jump[i]);
        s->training_excess[i] *= s->training_decay[i];
        double training = at_least(s->plan[i] * s->drift_factor[i], x[LAB_TRAINING_FLOOR][i] * revenue);
        s->fixed_cost[i] *= s->fixed_growth[i];
        s->log_revenue[i] = fast_log(revenue * s->per_reference[i]);
        double scale = fast_exp((x[LAB_SCALE_ELASTICITY][i] - 1.0) * s->log_revenue[i]);
        double other = s->fixed_cost[i] + x[LAB_VARIABLE_COST][i] * revenue * scale;
        double profit = revenue - paying - s->free_bill[i] - training - other;
        double ebitda = profit + s->depreciation[i];
        double tax = x[LAB_TAX_RATE][i] * at_least(0.0, profit - s->losses[i]);
        s->losses[i] = at_least(0.0, s->losses[i] - profit);
        double cash_flow = ebitda + x[LAB_STOCK_PAY][i] * other - s->spending[i] - tax
            - 4.0 * x[LAB_WORKING_CAPITAL][i] * (revenue - s->previous[i])
            + 0.25 * x[LAB_INTEREST_RATE][i] * at_least(0.0, s->cash[i]);
        s->previous[i] = revenue;
        s->cumulative[i] += cash_flow;
        s->cash[i] += cash_flow;
        s->need[i] = at_least(s->need[i], -s->cumulative[i]);
        flow[REVENUE][i] = revenue;
        flow[EBITDA][i] = ebitda;
        flow[CASH_FLOW][i] = cash_flow;
        flow[TRAINING][i] = training;
        flow[INFERENCE][i] = s->bill[i] + s->free_bill[i];
        flow[PAYING_BILL][i] = s->bill[i];
        flow[PAYING_COST][i] = paying;
        flow[PARTNER_SHARE][i] = x[LAB_PARTNER_SHARE][i] * revenue;
        flow[FREE_COST][i] = s->free_bill[i];
    }
}

static void fund(const Lab *lab, Block block, int quarter, Lanes *restrict s)
{
    const Schedule *schedule = lab->schedule;
    for (int64_t j = 0; j < lab->rounds; j++) {
        if (schedule->funding_quarter[j] != quarter) continue;
        double *amount = s->extra[lab->purchases * HARDWARE_ROWS + j], threshold = schedule->funding_score[j];
        scores(block, lab->draws->chance_coordinate[j], s->score);
        EACH s->cash[i] += s->score[i] < threshold ? amount[i] : 0.0;
    }
}

#define TRAILING(flow) ((a[flow][i] + b[flow][i]) + (c[flow][i] + d[flow][i]))

static void measure(Lanes *restrict s)
{
    Row *a = s->past[0], *b = s->past[1], *c = s->past[2], *d = s->past[3], *m = s->metrics;
    for (int j = EBITDA; j <= INFERENCE; j++)
        EACH m[j][i] = TRAILING(j);
    EACH {
        double revenue = TRAILING(REVENUE), paying = TRAILING(PAYING_COST), reciprocal = 1.0 / revenue;
        m[REVENUE][i] = revenue;
        m[METRIC_CASH][i] = s->cash[i];
        m[METRIC_MARGIN_INFERENCE][i] = 1.0 - TRAILING(PAYING_BILL) * reciprocal;
        m[METRIC_MARGIN_PAYING][i] = 1.0 - paying * reciprocal;
        m[METRIC_MARGIN_PARTNERS][i] = 1.0 - (paying + TRAILING(PARTNER_SHARE)) * reciprocal;
        m[METRIC_MARGIN_ALL][i] = 1.0 - (paying + TRAILING(FREE_COST)) * reciprocal;
    }
}

/* Counts */

/* A path reaches something once at most, so that its time is written once. */
static void first_time(int hit, int quarter, uint64_t reached, Lanes *s)
{
    uint64_t now = reached & ~s->done[hit];
    s->done[hit] |= now;
    for (; now; now &= now - 1) s->times[hit][__builtin_ctzll(now)] = (uint32_t)quarter;
}

static uint64_t held(const uint64_t *met, int quarter, int64_t hold)
{
    uint64_t all = quarter + 1 >= hold ? ALL_PATHS : 0;
    for (int64_t back = 0; all && back < hold; back++) all &= met[quarter - back];
    return all;
}

static void watch(const Lab *lab, int quarter, Lanes *s)
{
    double target = lab->schedule->margin_target;
    int64_t hold = lab->schedule->hold_quarters;
    for (int j = 0; j < WATCHED; j++) {
        int is_margin = j < MARGINS, hit = is_margin ? HIT_MARGIN_INFERENCE + 2 * j : HIT_CASH_FLOW_POSITIVE;
        const double *value = is_margin ? s->metrics[METRIC_MARGIN_INFERENCE + j] : s->past[quarter % 4][CASH_FLOW];
        s->met[j][quarter] = ALL_PATHS & ~bits_below(value, is_margin ? target : 0.0);
        first_time(hit, quarter, s->met[j][quarter], s);
        /* The hitting time of the held level follows that of the level. */
        first_time(hit + 1, quarter, held(s->met[j], quarter, is_margin ? hold : 4), s);
    }
    first_time(HIT_OUT_OF_CASH, quarter, bits_below(s->cash, 0.0), s);
    s->below[quarter] = bits_below(s->cumulative, 0.0);
}

/* Payback comes after the last quarter below zero, so it is known at the end only. */
static void end_watch(const Lab *lab, Lanes *s)
{
    int quarters = (int)lab->schedule->quarters;
    for (int quarter = quarters - 1; quarter >= 0; quarter--)
        first_time(HIT_PAYBACK, quarter + 1, s->below[quarter], s);
    first_time(HIT_PAYBACK, 0, ALL_PATHS, s);
    for (int hit = 0; hit < HIT_ROWS; hit++) first_time(hit, quarters, ALL_PATHS, s);
}

/* By the alternative that a path lives in; margins also beside the fourth quarter of cash flow. */
static void count_times(const Lab *lab, Tally *tally, const Lanes *s)
{
    int64_t times = lab->schedule->quarters + 1;
    const double *alternative = s->lab[LAB_ALTERNATIVE];
    for (int hit = 0; hit < HIT_ROWS; hit++)
        IN_ORDER tally->hits[((int)alternative[i] * HIT_ROWS + hit) * times + s->times[hit][i]]++;
    for (int m = 0; m < MARGINS; m++) {
        const uint32_t *reached = s->times[HIT_MARGIN_INFERENCE + 2 * m], *held = s->times[HIT_CASH_FLOW_HELD];
        IN_ORDER tally->joint[(((int)alternative[i] * MARGINS + m) * times + reached[i]) * times + held[i]]++;
    }
}

static void count(uint32_t *restrict histogram, const uint32_t *restrict bins)
{
    IN_ORDER histogram[bins[i]]++;
}

static int64_t fixed_point_sum(const double *restrict value)
{
    uint64_t total = 0; /* wraps, and back */
    EACH total += (uint64_t)bits_of(at_most(at_least(value[i], -0x1p34), 0x1p34) * 65536.0 + ROUNDING);
    return (int64_t)(total - WIDTH * (uint64_t)ROUNDING_BITS);
}

/* The upper half of a float's bits suffices, and is twice as many to a vector. */
static int64_t count_money(const double *restrict value, uint32_t *restrict bins, uint32_t *histogram)
{
    EACH {
        int32_t upper = (int32_t)((uint64_t)bits_of(value[i]) >> 32);
        int32_t distance = ((upper & 0x7fffffff) >> (MANTISSA_SHIFT - 32)) - MONEY_OFFSET + 1;
        distance = distance < 0 ? 0 : distance > MONEY_SIDE ? MONEY_SIDE : distance;
        bins[i] = (uint32_t)((upper < 0 ? -distance : distance) + MONEY_SIDE);
    }
    count(histogram, bins);
    return fixed_point_sum(value);
}

static int64_t count_margin(const double *restrict value, uint32_t *restrict bins, uint32_t *histogram)
{
    EACH {
        double position = at_most(at_least((value[i] + 3.0) * 500.0, 0.0), MARGIN_BINS);
        int32_t bin = (int32_t)position;
        bins[i] = (uint32_t)(bin < MARGIN_BINS ? bin : MARGIN_BINS - 1);
    }
    count(histogram, bins);
    return fixed_point_sum(value);
}

static void count_metrics(const Lab *lab, Tally *tally, int quarter, Lanes *restrict s)
{
    int64_t quarters = lab->schedule->quarters;
    for (int m = 0; m < METRIC_MARGIN_INFERENCE; m++)
        tally->sums[m * quarters + quarter] +=
            count_money(s->metrics[m], s->bins, tally->money + (m * quarters + quarter) * MONEY_BINS);
    for (int m = 0; m < MARGINS; m++)
        tally->sums[(METRIC_MARGIN_INFERENCE + m) * quarters + quarter] +=
            count_margin(s->metrics[METRIC_MARGIN_INFERENCE + m], s->bins,
                         tally->margin + (m * quarters + quarter) * MARGIN_BINS);
}

/* The run */

static void simulate_block(const Lab *lab, Block block, Tally *tally, Lanes *restrict s)
{
    int quarters = (int)lab->schedule->quarters;
    draw_inputs(lab, block, s);
    /* The quarter before the base, by the growth of its first two. */
    base_revenue(lab, 0, s, s->previous);
    base_revenue(lab, 1, s, s->revenue);
    EACH s->previous[i] *= s->previous[i] / s->revenue[i];
    base_revenue(lab, 3, s, s->reference);
    for (int64_t k = 0; k < lab->segments; k++) start_segment(lab, k, s);
    start_lab(lab, s);
    for (int quarter = 0; quarter < 4; quarter++) live_base_quarter(lab, quarter, s);
    for (int quarter = 0; quarter < quarters; quarter++) {
        if (lab->schedule->deviation[quarter] >= 0) begin_period(lab, block, lab->schedule->deviation[quarter], s);
        earn(lab, block, quarter, s);
        bill(s);
        serve_from_own_hardware(lab, quarter, s);
        spend(lab, block, quarter, s);
        fund(lab, block, quarter, s);
        measure(s);
        watch(lab, quarter, s);
        count_metrics(lab, tally, quarter, s);
    }
    end_watch(lab, s);
    count_times(lab, tally, s);
    tally->funding_need_sum[0] += count_money(s->need, s->bins, tally->funding_need);
}

static void simulate_replicate(const Lab *lab, const Points *points, Tally *tally,
                               int64_t first_block, int64_t blocks, Lanes *s)
{
    int64_t dimensions = points->base_size;
    uint32_t base[dimensions];
    for (int64_t row = 0; row < lab->rows; row++) EACH (*input(s, lab, row))[i] = lab->certain[row];
    EACH s->jump[i] = 0.0;
    for (int64_t b = first_block; b < first_block + blocks; b++) {
        uint64_t gray = (uint64_t)(b * WIDTH) ^ (uint64_t)(b * WIDTH) >> 1;
        memcpy(base, points->shift, sizeof base);
        for (; gray; gray &= gray - 1) {
            const uint32_t *row = points->directions + __builtin_ctzll(gray) * dimensions;
            for (int64_t d = 0; d < dimensions; d++) base[d] ^= row[d];
        }
        simulate_block(lab, (Block){points->low, base}, tally, s);
    }
}

/* Returns 0, or 1 for a scenario that doesn't fit into the fixed room. */
int simulate_replicates(const Draws *draws, const Tables *tables, const Schedule *schedule,
                        const double *certain, int64_t rows, int64_t purchases, int64_t rounds,
                        const Points *points, Tally *tallies, int64_t replicates,
                        int64_t first_block, int64_t blocks, int threads)
{
    Lab lab = {draws, tables, schedule, certain, rows, purchases, rounds,
               schedule->segment_start_size, draws->input_row_size, 0.0};
    for (int64_t k = 0; k < lab.segments; k++) lab.share_of_revenue += schedule->share_of_revenue[k];
    if (lab.segments > MAX_SEGMENTS || schedule->quarters > MAX_QUARTERS || rows + 2 > MAX_INPUTS) return 1;
#pragma omp parallel num_threads(threads)
    {
        static _Thread_local Lanes lanes;
#pragma omp for schedule(dynamic, 1)
        for (int64_t r = 0; r < replicates; r++)
            simulate_replicate(&lab, &points[r], &tallies[r], first_block, blocks, &lanes);
    }
    return 0;
}
