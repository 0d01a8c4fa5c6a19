/* The packed forward of a BERT-like encoder, for x86 with AVX-512 and its bf16 instructions.

   A batch is cut into groups of whole pairs of about GROUP tokens. A thread takes a group through
   all layers before it takes the next, so that what a layer hands on stays in the caches and
   threads never wait for each other. Products run on tiles (AMX) where the compiler was told that
   the processor has them, otherwise on AVX-512. Hidden states stay in fp32 between products.

   Weights come packed by native.py: panels of 32 outputs; inside a panel, for each step of 64
   bytes of inputs, two tiles of 16 rows x 16 outputs of 4 bytes (two bf16 or four int8 inputs). */

#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__AMX_TILE__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum { PANEL = 32, BLOCK = 32, STEP = 64, GROUP = 256, ALIGN = 64 };
enum { NONE = 0, GELU = 1, GELU_TANH = 2, RELU = 3 };

typedef struct {
    const char *weight; /* packed; the parts of a step follow each other */
    const float *bias;
    const float *scale; /* int8: what a unit of each output's weights is worth */
    int32_t inputs, parts;
} Dense;

typedef struct {
    const float *weight, *bias;
} Norm;

typedef struct {
    Dense qkv, out, up, down;
    Norm attention_norm, norm;
} Layer;

typedef struct {
    const float *words, *positions, *types; /* types may be NULL */
    Norm norm;
    const Layer *layers;
    const float *position_bias; /* (heads, longest, longest), or NULL */
    float eps;
    int32_t hidden, inner, slice, heads, count, activation, longest, int8, parts;
} Model;

typedef struct {
    const int32_t *ids, *types, *starts; /* starts: pairs + 1 */
    const int32_t *groups;               /* first pair of each group, and the end */
    float *out;
    int32_t count, first_only, next;
} Batch;

#define LOG2_E 1.44269504f

typedef __m512 vec;

/* ---------------------------------------------------------------- arithmetic of vectors */

static inline __m512i widen(const char *p) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
}

/* 2^x by the Taylor series of its fraction on [-.5, .5]: error 4e-5 with 4 terms, 2e-8 with 6. */
static inline vec power_of_2(vec x, int terms) {
    static const float c[] = {1.5403530e-4f, 1.3333558e-3f, 9.6181291e-3f, 5.5504109e-2f,
                              2.4022651e-1f, 6.9314718e-1f, 1.0f};
    vec whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    vec f = _mm512_sub_ps(x, whole), p = _mm512_set1_ps(c[6 - terms]);
    for (int i = 7 - terms; i < 7; i++) p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(c[i]));
    return _mm512_scalef_ps(p, whole);
}

/* x * Phi(x) for bf16 and int8: Phi(x) - 1/2 = x p(x^2), p fitted by least squares on [-4.5, 4.5], and
   Phi held beyond; the largest error is 9e-6 inside and 6e-5 at 12 sigma. */
static inline vec gelu_near(vec x) {
    static const float p[] = {-1.5021511e-3f, 4.5974706e-3f, -6.7860889e-3f, 1.023194e-2f, -1.8107595e-2f,
                              2.8580368e-2f, -4.0304117e-2f, 5.4678187e-2f, -7.7183105e-2f, 1.5690516e-1f};
    const vec limit = _mm512_set1_ps(4.5f);
    vec z = _mm512_max_ps(_mm512_min_ps(x, limit), _mm512_sub_ps(_mm512_setzero_ps(), limit));
    vec s = _mm512_fmsub_ps(_mm512_mul_ps(z, z), _mm512_set1_ps(2.0f / 20.25f), _mm512_set1_ps(1.0f));
    vec y = _mm512_set1_ps(p[0]);
    for (int i = 1; i < 10; i++) y = _mm512_fmadd_ps(y, s, _mm512_set1_ps(p[i]));
    return _mm512_mul_ps(x, _mm512_fmadd_ps(z, y, _mm512_set1_ps(0.5f)));
}

/* x * Phi(x) for fp32, by erf of Abramowitz and Stegun 7.1.26 (error 1.5e-7). */
static inline vec gelu(vec x) {
    static const float p[] = {1.061405429f, -1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f};
    const vec zero = _mm512_setzero_ps(), one = _mm512_set1_ps(1.0f);
    vec z = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.70710678f));
    vec t = _mm512_div_ps(one, _mm512_fmadd_ps(z, _mm512_set1_ps(0.3275911f), one));
    vec y = _mm512_set1_ps(p[0]);
    for (int i = 1; i < 5; i++) y = _mm512_fmadd_ps(y, t, _mm512_set1_ps(p[i]));
    vec e = power_of_2(_mm512_mul_ps(_mm512_mul_ps(z, z), _mm512_set1_ps(-LOG2_E)), 6);
    vec far = _mm512_mul_ps(_mm512_mul_ps(x, _mm512_set1_ps(0.5f)), _mm512_mul_ps(_mm512_mul_ps(y, t), e));
    return _mm512_mask_sub_ps(far, _mm512_cmp_ps_mask(x, zero, _CMP_GT_OQ), x, far);
}

/* x * sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3): the tanh form of GELU. */
static inline vec gelu_tanh(vec x) {
    vec cube = _mm512_mul_ps(_mm512_mul_ps(x, x), x);
    vec u = _mm512_fmadd_ps(cube, _mm512_set1_ps(0.044715f), x);
    vec e = power_of_2(_mm512_mul_ps(u, _mm512_set1_ps(-1.59576912f * LOG2_E)), 6);
    return _mm512_div_ps(x, _mm512_add_ps(e, _mm512_set1_ps(1.0f)));
}

static inline vec activate(vec x, int activation, int parts) {
    switch (activation) {
    case GELU: return parts == 1 ? gelu_near(x) : gelu(x);
    case GELU_TANH: return gelu_tanh(x);
    case RELU: return _mm512_max_ps(x, _mm512_setzero_ps());
    default: return x;
    }
}

/* ---------------------------------------------------------------- a block of a product */

/* Rows of 64-byte steps that a product reads: bf16 or int8. `low` leads, in bytes, from a part of a
   value to the next, smaller one. `scale`: int8, what a unit of each row is worth. */
typedef struct {
    char *data;
    float *scale;
    int64_t stride, low;
} Rows;

#if defined(__AMX_TILE__)

static void tiles_on(void) {
    struct { uint8_t palette, start, zero[14]; uint16_t bytes[16]; uint8_t rows[16]; } config;
    memset(&config, 0, sizeof config);
    config.palette = 1;
    for (int i = 0; i < 8; i++) config.bytes[i] = 64, config.rows[i] = 16;
    _tile_loadconfig(&config);
}

static void tiles_off(void) { _tile_release(); }

/* Tiles 0 to 3 += tiles 4, 5 (rows) times tiles 6, 7 (outputs). */
#define MULTIPLY(INTS, C, A, B) \
    do { if (INTS) _tile_dpbssd(C, A, B); else _tile_dpbf16ps(C, A, B); } while (0)
#define LEFT(PART) \
    do { _tile_loadd(4, a + (PART) * low, stride); if (two) _tile_loadd(5, a2 + (PART) * low, stride); } while (0)
#define RIGHT(PART) \
    do { _tile_loadd(6, b + (PART) * 2048, 64); _tile_loadd(7, b + (PART) * 2048 + 1024, 64); } while (0)
#define TIMES() \
    do { MULTIPLY(ints, 0, 4, 6); MULTIPLY(ints, 1, 4, 7); \
         if (two) { MULTIPLY(ints, 2, 5, 6); MULTIPLY(ints, 3, 5, 7); } } while (0)

/* c[16 or 32][32] = rows times one panel. Three parts: all products of parts that are not below the
   precision of fp32; a panel may have two parts where its third would be 0. */
static inline __attribute__((always_inline)) void block_of(
    const char *a, int64_t stride, int64_t low, const char *b, int steps, int two, int ints,
    int parts, int panel_parts, float *c, int64_t ldc) {
    const char *a2 = a + 16 * stride;
    _tile_zero(0); _tile_zero(1);
    if (two) { _tile_zero(2); _tile_zero(3); }
    for (int k = 0; k < steps; k++, a += STEP, a2 += STEP, b += panel_parts * 2048) {
        LEFT(0);
        if (panel_parts == 3) { RIGHT(2); TIMES(); }
        RIGHT(0); TIMES();
        if (parts == 1) continue;
        RIGHT(1); TIMES();
        LEFT(1); TIMES();
        RIGHT(0); TIMES();
        LEFT(2); TIMES();
    }
    _tile_stored(0, c, ldc * 4);
    _tile_stored(1, c + 16, ldc * 4);
    if (two) {
        _tile_stored(2, c + 16 * ldc, ldc * 4);
        _tile_stored(3, c + 16 * ldc + 16, ldc * 4);
    }
}

#else

static void tiles_on(void) {}
static void tiles_off(void) {}

static inline __attribute__((always_inline)) void block_of(
    const char *a, int64_t stride, int64_t low, const char *b, int steps, int two, int ints,
    int parts, int panel_parts, float *c, int64_t ldc) {
    (void)low, (void)ints, (void)parts, (void)panel_parts; /* bf16 in one part alone */
    for (int r = 0; r < (two ? 32 : 16); r += 8, a += 8 * stride, c += 8 * ldc) {
        vec left[8], right[8];
        for (int i = 0; i < 8; i++) left[i] = right[i] = _mm512_setzero_ps();
        for (int k = 0; k < steps; k++)
            for (int j = 0; j < 16; j++) {
                const char *p = b + k * 2048 + j * 64;
                __m512bh b0 = (__m512bh)_mm512_load_si512(p), b1 = (__m512bh)_mm512_load_si512(p + 1024);
#pragma GCC unroll 8
                for (int i = 0; i < 8; i++) {
                    int32_t pair;
                    memcpy(&pair, a + i * stride + k * STEP + j * 4, 4);
                    __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
                    left[i] = _mm512_dpbf16_ps(left[i], x, b0);
                    right[i] = _mm512_dpbf16_ps(right[i], x, b1);
                }
            }
        for (int i = 0; i < 8; i++) {
            _mm512_storeu_ps(c + i * ldc, left[i]);
            _mm512_storeu_ps(c + i * ldc + 16, right[i]);
        }
    }
}

#endif

static inline __attribute__((always_inline)) void block(
    const char *a, int64_t stride, int64_t low, const char *b, int steps, int two, int ints,
    int parts, int panel_parts, float *c, int64_t ldc) {
    if (two) block_of(a, stride, low, b, steps, 1, ints, parts, panel_parts, c, ldc);
    else block_of(a, stride, low, b, steps, 0, ints, parts, panel_parts, c, ldc);
}

/* ---------------------------------------------------------------- rows */

/* 16 values as bf16, in one part or in three that sum to them. */
static inline void put(char *to, int64_t low, vec x, int parts) {
    for (int part = 0; part < parts; part++, to += low) {
        __m256i high = (__m256i)_mm512_cvtneps_pbh(x);
        _mm256_storeu_si256((__m256i *)to, high);
        x = _mm512_sub_ps(x, _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(high), 16)));
    }
}

/* A row of int8 that spans the row's largest value. */
static inline void quantise(const float *x, int n, int8_t *to, float *scale) {
    vec top = _mm512_setzero_ps();
    for (int j = 0; j < n; j += 16) top = _mm512_max_ps(top, _mm512_abs_ps(_mm512_loadu_ps(x + j)));
    float most = _mm512_reduce_max_ps(top);
    vec by = _mm512_set1_ps(most > 0 ? 127.0f / most : 0.0f);
    for (int j = 0; j < n; j += 16)
        _mm_storeu_si128((__m128i *)(to + j), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(
            _mm512_mul_ps(_mm512_loadu_ps(x + j), by))));
    *scale = most / 127.0f;
}

/* Row r of fp32 values to what a product reads. */
static inline void to_rows(const float *x, int n, const Rows *to, int r, int ints, int parts) {
    char *row = to->data + r * to->stride;
    if (ints) quantise(x, n, (int8_t *)row, to->scale + r);
    else for (int j = 0; j < n; j += 16) put(row + j * 2, to->low, _mm512_loadu_ps(x + j), parts);
}

static inline void normalise(float *x, int n, const Norm *norm, float eps) {
    vec sum = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
    for (int j = 0; j < n; j += 16) sum = _mm512_add_ps(sum, _mm512_loadu_ps(x + j));
    vec mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / n);
    for (int j = 0; j < n; j += 16) {
        vec d = _mm512_sub_ps(_mm512_loadu_ps(x + j), mean);
        squares = _mm512_fmadd_ps(d, d, squares);
    }
    vec by = _mm512_set1_ps(1.0f / sqrtf(_mm512_reduce_add_ps(squares) / n + eps));
    for (int j = 0; j < n; j += 16) {
        vec d = _mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(x + j), mean), by);
        _mm512_storeu_ps(x + j, _mm512_fmadd_ps(d, _mm512_loadu_ps(norm->weight + j), _mm512_loadu_ps(norm->bias + j)));
    }
}

/* ---------------------------------------------------------------- dense layers */

enum { TO_BF16, TO_FLOAT, ADD };

/* Outputs first..last of a dense layer over `rows` rows (a multiple of 16), reading `steps` steps of
   the inputs from step `start` on. TO_BF16 and TO_FLOAT write activation(a W + bias) and ADD adds
   a W (and the bias, at start 0) to fp32 rows; column `first` goes to column 0. */
static inline __attribute__((always_inline)) void dense(
    const Rows *a, const Dense *w, int first, int last, int start, int steps, int rows,
    int activation, int goal, char *to, int64_t stride, int64_t low, int ints, int parts, int panel_parts) {
    const int all = w->inputs * (ints ? 1 : 2) / STEP;
    float c[BLOCK * PANEL] __attribute__((aligned(ALIGN)));
    for (int n = first; n < last; n += PANEL) {
        const char *b = w->weight + ((int64_t)(n / PANEL) * all + start) * panel_parts * 2048;
        for (int r = 0; r < rows; r += BLOCK) {
            const char *from = a->data + r * a->stride;
            int high = rows - r < BLOCK ? 16 : BLOCK;
            block(from, a->stride, a->low, b, steps, high == BLOCK, ints, parts, panel_parts, c, PANEL);
            for (int half = 0; half < PANEL; half += 16) {
                vec bias = start ? _mm512_setzero_ps() : _mm512_loadu_ps(w->bias + n + half);
                vec scale = ints ? _mm512_loadu_ps(w->scale + n + half) : bias;
                for (int i = 0; i < high; i++) {
                    vec x;
                    if (ints)
                        x = _mm512_fmadd_ps(
                            _mm512_cvtepi32_ps(_mm512_load_si512(c + i * PANEL + half)),
                            _mm512_mul_ps(scale, _mm512_set1_ps(a->scale[r + i])), bias);
                    else x = _mm512_add_ps(_mm512_load_ps(c + i * PANEL + half), bias);
                    char *row = to + (r + i) * stride;
                    float *floats = (float *)row + n - first + half;
                    if (goal == ADD) _mm512_storeu_ps(floats, _mm512_add_ps(x, _mm512_loadu_ps(floats)));
                    else if (goal == TO_FLOAT) _mm512_storeu_ps(floats, activate(x, activation, parts));
                    else put(row + (n - first + half) * 2, low, activate(x, activation, parts), parts);
                }
            }
        }
    }
}

/* ---------------------------------------------------------------- attention */

/* What a thread holds of a group. */
typedef struct {
    Rows a, h, qkv; /* what the next product reads; a slice of the inner layer; queries, keys, values */
    float *x, *mixed, *inner;
    char *room;
} Work;

static inline void transpose(__m512i r[16]) {
    __m512i t[16];
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

/* Keys as panels of 32 keys over the width of a head; keys past the last are 0. */
static inline void pack_keys(const char *k, int64_t stride, int64_t low, int keys, int width, int parts, char *to) {
    for (int first = 0; first < keys; first += PANEL)
        for (int step = 0; step < width / 32; step++)
            for (int part = 0; part < parts; part++)
                for (int tile = 0; tile < 2; tile++, to += 1024) {
                    __m512i r[16];
                    for (int i = 0; i < 16; i++) {
                        int key = first + tile * 16 + i;
                        r[i] = key < keys ? _mm512_loadu_si512(k + key * stride + part * low + step * STEP)
                                          : _mm512_setzero_si512();
                    }
                    transpose(r);
                    for (int i = 0; i < 16; i++) _mm512_store_si512(to + i * 64, r[i]);
                }
}

/* Values as panels of 32 columns of a head over the keys; keys past the last are 0. */
static inline void pack_values(const char *v, int64_t stride, int64_t low, int keys, int width, int parts, char *to) {
    for (int first = 0; first < width; first += PANEL)
        for (int step = 0; step < keys; step += 32)
            for (int part = 0; part < parts; part++)
                for (int tile = 0; tile < 2; tile++, to += 1024)
                    for (int i = 0; i < 16; i++) {
                        int key = step + 2 * i;
                        const char *p = v + key * stride + part * low + (first + tile * 16) * 2;
                        __m512i even = _mm512_setzero_si512(), odd = even;
                        if (key < keys) even = widen(p);
                        if (key + 1 < keys) odd = widen(p + stride);
                        _mm512_store_si512(to + i * 64, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
                    }
}

static inline __mmask16 first_lanes(int n) { return n >= 16 ? 0xffff : n > 0 ? (1u << n) - 1 : 0; }

/* A row of scores to weights, which are not yet divided by their sum, the result. */
static inline float soften(float *scores, const float *bias, float scale, int keys, int padded, int parts,
                           char *to, int64_t low) {
    vec top = _mm512_set1_ps(-INFINITY), sum = _mm512_setzero_ps();
    for (int j = 0; j < keys; j += 16) {
        const __mmask16 seen = first_lanes(keys - j);
        vec x = _mm512_load_ps(scores + j);
        if (bias) {
            x = _mm512_fmadd_ps(x, _mm512_set1_ps(scale), _mm512_maskz_loadu_ps(seen, bias + j));
            _mm512_store_ps(scores + j, x);
        }
        top = _mm512_mask_max_ps(top, seen, top, x);
    }
    const vec by = _mm512_set1_ps(LOG2_E * (bias ? 1.0f : scale));
    const vec shift = _mm512_mul_ps(by, _mm512_set1_ps(_mm512_reduce_max_ps(top)));
    for (int j = 0; j < padded; j += 16) {
        vec x = power_of_2(_mm512_fmsub_ps(_mm512_load_ps(scores + j), by, shift), parts == 3 ? 6 : 4);
        x = _mm512_maskz_mov_ps(first_lanes(keys - j), x);
        sum = _mm512_add_ps(sum, x);
        put(to + j * 2, low, x, parts);
    }
    return _mm512_reduce_add_ps(sum);
}

/* One pair's attention: of `queries` rows from row `first_q` on over `keys` rows from row `first_k` on, to
   `mixed` from its first row on. Rows of queries are read up to a multiple of 16. */
static inline __attribute__((always_inline)) void attend(
    const Model *m, const Work *w, int first_q, int queries, int first_k, int keys, int parts) {
    const int width = m->hidden / m->heads, padded = (keys + 31) / 32 * 32;
    const int64_t stride = w->qkv.stride, low = w->qkv.low;
    const char *q = w->qkv.data + first_q * stride;
    const char *k = w->qkv.data + first_k * stride + m->hidden * 2, *v = k + m->hidden * 2;
    const float scale = 1.0f / sqrtf((float)width);
    char *packed_k = w->room, *packed_v = packed_k + (int64_t)padded * width * 2 * parts;
    float *scores = (float *)(packed_v + (int64_t)padded * width * 2 * parts);
    char *weights = (char *)(scores + BLOCK * padded);
    const int64_t weights_stride = padded * 2, weights_low = BLOCK * weights_stride;
    float c[BLOCK * PANEL] __attribute__((aligned(ALIGN))), sums[BLOCK];
    for (int head = 0; head < m->heads; head++) {
        const int64_t at = (int64_t)head * width * 2;
        pack_keys(k + at, stride, low, keys, width, parts, packed_k);
        pack_values(v + at, stride, low, keys, width, parts, packed_v);
        for (int row = 0; row < queries; row += BLOCK) {
            const int n = queries - row < BLOCK ? queries - row : BLOCK, two = n > 16;
            for (int j = 0; j < padded; j += PANEL) {
                const char *from = q + at + row * stride, *b = packed_k + (int64_t)j * width * 2 * parts;
                block(from, stride, low, b, width / 32, two, 0, parts, parts, scores + j, padded);
            }
            for (int i = 0; i < n; i++) {
                const float *bias = m->position_bias
                    ? m->position_bias + ((int64_t)head * m->longest + row + i) * m->longest : NULL;
                sums[i] = soften(scores + i * padded, bias, scale, keys, padded, parts,
                                 weights + i * weights_stride, weights_low);
            }
            for (int j = 0; j < width; j += PANEL) {
                const char *b = packed_v + (int64_t)j * padded * 2 * parts;
                block(weights, weights_stride, weights_low, b, padded / 32, two, 0, parts, parts, c, PANEL);
                for (int i = 0; i < n; i++) {
                    vec by = _mm512_set1_ps(1.0f / sums[i]);
                    float *out = w->mixed + (int64_t)(row + i) * m->hidden + head * width + j;
                    _mm512_storeu_ps(out, _mm512_mul_ps(_mm512_load_ps(c + i * PANEL), by));
                    _mm512_storeu_ps(out + 16, _mm512_mul_ps(_mm512_load_ps(c + i * PANEL + 16), by));
                }
            }
        }
    }
}

/* ---------------------------------------------------------------- the forward */

static inline void dense_of(const Model *m, const Rows *a, const Dense *w, int first, int last, int start,
                            int steps, int rows, int activation, int goal, char *to, int64_t stride, int64_t low) {
#define DENSE(ACTIVATION, GOAL, INTS, PARTS, PANEL_PARTS) \
    dense(a, w, first, last, start, steps, rows, ACTIVATION, GOAL, to, stride, low, INTS, PARTS, PANEL_PARTS)
#define BY_KIND(ACTIVATION, GOAL) \
    do { if (m->int8) DENSE(ACTIVATION, GOAL, 1, 1, 1); \
         else if (w->parts == 1) DENSE(ACTIVATION, GOAL, 0, 1, 1); \
         else if (w->parts == 2) DENSE(ACTIVATION, GOAL, 0, 3, 2); \
         else DENSE(ACTIVATION, GOAL, 0, 3, 3); } while (0)
    if (goal == ADD) BY_KIND(NONE, ADD);
    else if (activation == NONE) BY_KIND(NONE, TO_BF16);
    else if (goal == TO_FLOAT) BY_KIND(activation, TO_FLOAT);
    else BY_KIND(activation, TO_BF16);
}

static int up16(int n) { return (n + 15) / 16 * 16; }

/* Normalise the hidden states, and bring them into what the next product reads. */
static void settle(const Model *m, const Work *w, const Norm *norm, int rows) {
    for (int r = 0; r < rows; r++) {
        float *x = w->x + (int64_t)r * m->hidden;
        normalise(x, m->hidden, norm, m->eps);
        to_rows(x, m->hidden, &w->a, r, m->int8, m->parts);
    }
}

static void forward_group(const Model *m, const Batch *batch, int from, int to, const Work *w) {
    const int hidden = m->hidden, parts = m->parts, ints = m->int8, bytes = ints ? 1 : 2;
    const int first = batch->starts[from], tokens = batch->starts[to] - first, pairs = to - from;
    const int steps = hidden * bytes / STEP, slice_steps = m->slice * bytes / STEP;
    int rows = tokens;
    for (int p = from; p < to; p++)
        for (int place = 0, t = batch->starts[p]; t < batch->starts[p + 1]; place++, t++) {
            float *x = w->x + (int64_t)(t - first) * hidden;
            const float *word = m->words + (int64_t)batch->ids[t] * hidden;
            const float *position = m->positions + (int64_t)place * hidden;
            const float *type = m->types ? m->types + (int64_t)batch->types[t] * hidden : NULL;
            for (int j = 0; j < hidden; j++) x[j] = word[j] + position[j] + (type ? type[j] : 0.0f);
        }
    settle(m, w, &m->norm, rows);
    for (int l = 0; l < m->count; l++) {
        const Layer *layer = m->layers + l;
        const int narrow = batch->first_only && l == m->count - 1; /* only first tokens are asked for */
        dense_of(m, &w->a, &layer->qkv, narrow ? hidden : 0, 3 * hidden, 0, steps, up16(rows), NONE, TO_BF16,
                 w->qkv.data + (narrow ? hidden * 2 : 0), w->qkv.stride, w->qkv.low);
        if (narrow) {
            for (int p = 0; p < pairs; p++) {
                const int r = batch->starts[from + p] - first;
                memmove(w->x + (int64_t)p * hidden, w->x + (int64_t)r * hidden, hidden * 4);
                for (int part = 0; part < parts; part++) {
                    char *plane = w->a.data + part * w->a.low;
                    memmove(plane + p * w->a.stride, plane + r * w->a.stride, hidden * bytes);
                }
                if (ints) w->a.scale[p] = w->a.scale[r];
            }
            rows = pairs;
            dense_of(m, &w->a, &layer->qkv, 0, hidden, 0, steps, up16(rows), NONE, TO_BF16, w->qkv.data,
                     w->qkv.stride, w->qkv.low);
        }
        for (int p = 0; p < pairs; p++) {
            const int start = batch->starts[from + p] - first, keys = batch->starts[from + p + 1] - first - start;
            const int row = narrow ? p : start, queries = narrow ? 1 : keys;
            if (parts == 3) attend(m, w, row, queries, start, keys, 3);
            else attend(m, w, row, queries, start, keys, 1);
            for (int i = 0; i < queries; i++)
                to_rows(w->mixed + (int64_t)i * hidden, hidden, &w->a, row + i, ints, parts);
        }
        dense_of(m, &w->a, &layer->out, 0, hidden, 0, steps, up16(rows), NONE, ADD, (char *)w->x, hidden * 4, 0);
        settle(m, w, &layer->attention_norm, rows);
        for (int n = 0; n < m->inner; n += m->slice) {
            if (ints) {
                dense_of(m, &w->a, &layer->up, n, n + m->slice, 0, steps, up16(rows), m->activation, TO_FLOAT,
                         (char *)w->inner, m->slice * 4, 0);
                for (int r = 0; r < rows; r++)
                    to_rows(w->inner + (int64_t)r * m->slice, m->slice, &w->h, r, ints, parts);
            } else
                dense_of(m, &w->a, &layer->up, n, n + m->slice, 0, steps, up16(rows), m->activation, TO_BF16,
                         w->h.data, w->h.stride, w->h.low);
            dense_of(m, &w->h, &layer->down, 0, hidden, n / m->slice * slice_steps, slice_steps, up16(rows), NONE,
                     ADD, (char *)w->x, hidden * 4, 0);
        }
        settle(m, w, &layer->norm, rows);
    }
    memcpy(batch->out + (int64_t)(batch->first_only ? from : first) * hidden, w->x, (int64_t)rows * hidden * 4);
}

static char *carve(char **rest, int64_t bytes) {
    char *here = *rest;
    *rest += (bytes + ALIGN - 1) / ALIGN * ALIGN;
    return here;
}

/* Whether this processor lets us use tiles (Linux grants them on request), or needs none. */
int ready(void) {
#if defined(__AMX_TILE__)
    return syscall(SYS_arch_prctl, 0x1023 /* ARCH_REQ_XCOMP_PERM */, 18 /* tile data */) == 0;
#else
    return 1;
#endif
}

int has_tiles(void) {
#if defined(__AMX_TILE__)
    return 1;
#else
    return 0;
#endif
}

int group_tokens(void) { return GROUP; }

/* Take groups of a batch until none is left; any number of threads may do so at once. `rows`: tokens
   of the largest group, `longest`: of the longest pair. 1 where memory is short, otherwise 0. */
int forward(const Model *m, Batch *batch, int rows, int longest) {
    const int64_t r = up16(rows) + BLOCK, padded = (longest + 31) / 32 * 32, bytes = m->int8 ? 1 : 2 * m->parts;
    const int64_t width = m->hidden / m->heads;
    const int64_t sizes[] = {r * m->hidden * 4, r * m->hidden * bytes, r * m->hidden * 6 * m->parts,
                             r * m->slice * bytes, padded * m->hidden * 4, m->int8 ? r * m->slice * 4 : 0, r * 8,
                             padded * width * 4 * m->parts + BLOCK * padded * (4 + 2 * m->parts)};
    int64_t all = 0;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) all += sizes[i] + ALIGN;
    char *memory = aligned_alloc(4096, (all + 4095) / 4096 * 4096), *rest = memory;
    if (!memory) return 1;
    const int64_t wide = m->int8 ? m->hidden : 2 * m->hidden, inner = m->int8 ? m->slice : 2 * m->slice;
    Work w;
    w.x = (float *)carve(&rest, sizes[0]);
    w.a = (Rows){carve(&rest, sizes[1]), NULL, wide, r * wide};
    w.qkv = (Rows){carve(&rest, sizes[2]), NULL, m->hidden * 6, r * m->hidden * 6};
    w.h = (Rows){carve(&rest, sizes[3]), NULL, inner, r * inner};
    w.mixed = (float *)carve(&rest, sizes[4]);
    w.inner = (float *)carve(&rest, sizes[5]);
    w.a.scale = (float *)carve(&rest, sizes[6]);
    w.h.scale = w.a.scale + r;
    w.room = carve(&rest, sizes[7]);
    tiles_on();
    for (int g; (g = __atomic_fetch_add(&batch->next, 1, __ATOMIC_RELAXED)) < batch->count;)
        forward_group(m, batch, batch->groups[g], batch->groups[g + 1], &w);
    tiles_off();
    free(memory);
    return 0;
}
