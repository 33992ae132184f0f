// Compiles Boost.Asio's own code once for the whole build (BOOST_ASIO_SEPARATE_COMPILATION).
// Nothing of ours lives here.
#include <boost/asio/impl/src.hpp>
