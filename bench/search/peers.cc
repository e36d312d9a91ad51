// The peers: Debian's hnswlib and faiss, and USearch of npm, each used as its manual recommends, on one thread.
#include "bench/search/peer.h"

#include <cmath>
#include <cstring>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/IDSelector.h>
#include <hnswlib/hnswlib.h>
#include <memory>
#include <omp.h>
#include <usearch/index_dense.hpp>
#include <vector>

namespace us = unum::usearch;

enum { LINKS = 16, BUILD_EFFORT = 200, REFINED = 16 };

struct peer {
    const data *from;
    uint32_t most;
    virtual void search(const peer_ask &ask, uint32_t effort) = 0;
    virtual double bytes() const = 0;
    virtual ~peer() {}
};

namespace {

void put(uint32_t *to, const faiss::Index::idx_t *found, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = found[i] < 0 ? UINT32_MAX : (uint32_t)found[i];
}

struct ask_of_faiss {
    std::vector<float> distances;
    std::vector<faiss::Index::idx_t> rows;
    explicit ask_of_faiss(const peer_ask &ask)
        : distances((size_t)ask.count * DATA_NEAREST), rows(distances.size())
    {
    }
};

uint32_t lists_for(uint32_t count)
{
    return (uint32_t)(4 * std::sqrt((double)count));
}

/* ---- inverted files of faiss ---- */

struct ivf : peer {
    faiss::IndexFlatL2 quantizer{ DATA_WIDTH };
    std::unique_ptr<faiss::IndexIVF> index;
    size_t code_bytes;

    void fill(const data *data, faiss::IndexIVF *made)
    {
        index.reset(made);
        from = data;
        most = (uint32_t)made->nlist;
        made->cp.niter = 10;
        made->cp.max_points_per_centroid = 64;
        made->train(data->count, data->at);
        made->add(data->count, data->at);
        code_bytes = made->code_size;
    }
    void search(const peer_ask &ask, uint32_t effort) override
    {
        ask_of_faiss to(ask);
        faiss::SearchParametersIVF how;
        std::unique_ptr<faiss::IDSelectorBitmap> only;
        how.nprobe = effort;
        if (ask.bits) {
            only.reset(new faiss::IDSelectorBitmap((from->count + 7) / 8, ask.bits));
            how.sel = only.get();
        }
        index->search(ask.count, ask.queries, DATA_NEAREST, to.distances.data(), to.rows.data(), &how);
        put(ask.found, to.rows.data(), to.rows.size());
    }
    double bytes() const override
    {
        return (double)from->count * (double)(code_bytes + 8) + (double)index->nlist * DATA_WIDTH * 4;
    }
};

struct ivf_flat : ivf {
    explicit ivf_flat(const data *data)
    {
        fill(data, new faiss::IndexIVFFlat(&quantizer, DATA_WIDTH, lists_for(data->count)));
    }
};

struct ivf_sq8 : ivf {
    explicit ivf_sq8(const data *data)
    {
        fill(data, new faiss::IndexIVFScalarQuantizer(&quantizer, DATA_WIDTH, lists_for(data->count),
                                                      faiss::ScalarQuantizer::QT_8bit, faiss::METRIC_L2, true));
    }
};

/* 4-bit codes of pairs of numbers, then the floats of the best rows. */
struct ivf_fast : ivf {
    std::unique_ptr<faiss::IndexRefineFlat> refined;
    explicit ivf_fast(const data *data)
    {
        auto made = new faiss::IndexIVFPQFastScan(&quantizer, DATA_WIDTH, lists_for(data->count), DATA_WIDTH / 2, 4);
        fill(data, made);
        refined.reset(new faiss::IndexRefineFlat(made, data->at));
        refined->k_factor = REFINED;
    }
    void search(const peer_ask &ask, uint32_t effort) override
    {
        ask_of_faiss to(ask);
        index->nprobe = effort;
        refined->search(ask.count, ask.queries, DATA_NEAREST, to.distances.data(), to.rows.data());
        put(ask.found, to.rows.data(), to.rows.size());
    }
};

/* ---- graphs ---- */

struct hnsw_of_faiss : peer {
    faiss::IndexHNSWFlat index{ DATA_WIDTH, LINKS };
    explicit hnsw_of_faiss(const data *data)
    {
        from = data;
        most = 4096;
        index.hnsw.efConstruction = BUILD_EFFORT;
        index.add(data->count, data->at);
    }
    void search(const peer_ask &ask, uint32_t effort) override
    {
        ask_of_faiss to(ask);
        index.hnsw.efSearch = (int)effort;
        index.search(ask.count, ask.queries, DATA_NEAREST, to.distances.data(), to.rows.data());
        put(ask.found, to.rows.data(), to.rows.size());
    }
    double bytes() const override
    {
        return (double)from->count * (LINKS * 2 * 4 + DATA_WIDTH * 4);
    }
};

struct hnswlib_peer : peer {
    hnswlib::L2Space space{ DATA_WIDTH };
    hnswlib::HierarchicalNSW<float> index;
    explicit hnswlib_peer(const data *data) : index(&space, data->count, LINKS, BUILD_EFFORT)
    {
        from = data;
        most = 4096;
        for (uint32_t i = 0; i < data->count; i++)
            index.addPoint(data->at + (size_t)i * DATA_WIDTH, i);
    }
    /* It has no filter: the search asks for more rows, and discards those that the filter excludes. */
    void search(const peer_ask &ask, uint32_t effort) override
    {
        index.setEf(effort);
        for (uint32_t i = 0; i < ask.count; i++) {
            auto heap = index.searchKnn(ask.queries + (size_t)i * DATA_WIDTH, ask.bits ? effort : DATA_NEAREST);
            std::vector<uint32_t> rows(heap.size());
            for (size_t at = rows.size(); at > 0; heap.pop())
                rows[--at] = (uint32_t)heap.top().second;
            uint32_t kept = 0, *to = ask.found + (size_t)i * DATA_NEAREST;
            for (uint32_t row : rows)
                if (kept < DATA_NEAREST && (!ask.bits || (ask.bits[row / 8] >> row % 8 & 1)))
                    to[kept++] = row;
            std::fill(to + kept, to + DATA_NEAREST, UINT32_MAX);
        }
    }
    double bytes() const override
    {
        return (double)index.size_data_per_element_ * from->count;
    }
};

struct usearch_peer : peer {
    us::index_dense_t index;
    explicit usearch_peer(const data *data)
    {
        us::metric_punned_t metric(DATA_WIDTH, us::metric_kind_t::l2sq_k, us::scalar_kind_t::f32_k);
        us::index_dense_config_t how(LINKS, BUILD_EFFORT, 64);
        from = data;
        most = 4096;
        index = us::index_dense_t::make(metric, how);
        index.reserve(us::index_limits_t(data->count, 1));
        for (uint32_t i = 0; i < data->count; i++)
            index.add(i, data->at + (size_t)i * DATA_WIDTH, 0);
    }
    void search(const peer_ask &ask, uint32_t effort) override
    {
        index.change_expansion_search(effort);
        for (uint32_t i = 0; i < ask.count; i++) {
            const float *query = ask.queries + (size_t)i * DATA_WIDTH;
            const uint8_t *bits = ask.bits;
            auto is_in = [bits](us::default_key_t row) { return (bits[row / 8] >> row % 8 & 1) != 0; };
            uint32_t *to = ask.found + (size_t)i * DATA_NEAREST;
            us::default_key_t rows[DATA_NEAREST];
            auto result = bits ? index.filtered_search(query, DATA_NEAREST, is_in, 0)
                               : index.search(query, DATA_NEAREST, 0);
            size_t count = result.dump_to(rows);
            std::copy(rows, rows + count, to);
            std::fill(to + count, to + DATA_NEAREST, UINT32_MAX);
        }
    }
    double bytes() const override
    {
        return (double)index.memory_usage();
    }
};

template <class kind> peer *make(const data *data)
{
    return new kind(data);
}

const struct peer_kind {
    const char *name;
    bool is_faiss, can_filter;
    peer *(*build)(const data *data);
} kinds[] = {
    { "hnswlib", false, true, make<hnswlib_peer> },
    { "USearch", false, true, make<usearch_peer> },
    { "faiss IVF flat", true, true, make<ivf_flat> },
    { "faiss IVF SQ8", true, true, make<ivf_sq8> },
    { "faiss IVF PQ4 + refine", true, false, make<ivf_fast> },
    { "faiss HNSW", true, false, make<hnsw_of_faiss> },
};

} // namespace

uint32_t peer_kinds(void)
{
    return sizeof(kinds) / sizeof(kinds[0]);
}

const char *peer_name(uint32_t kind)
{
    return kinds[kind].name;
}

bool peer_is_faiss(uint32_t kind)
{
    return kinds[kind].is_faiss;
}

bool peer_can_filter(uint32_t kind)
{
    return kinds[kind].can_filter;
}

struct peer *peer_build(uint32_t kind, const struct data *data)
{
    omp_set_num_threads(1);
    return kinds[kind].build(data);
}

double peer_megabytes(const struct peer *peer)
{
    return peer->bytes() / 1e6;
}

uint32_t peer_most_effort(const struct peer *peer)
{
    return peer->most;
}

void peer_search(struct peer *peer, const struct peer_ask *ask, uint32_t effort)
{
    peer->search(*ask, effort);
}

void peer_free(struct peer *peer)
{
    delete peer;
}
